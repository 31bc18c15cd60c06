/**
 * What a provider of a source, an encryptor or a destination implements, and what it is given.
 *
 * <p>Providers are found by {@link java.util.ServiceLoader} and chosen by their {@code type()}.
 */
@NullMarked
package io.tradingengine.backup.spi;

import org.jspecify.annotations.NullMarked;
