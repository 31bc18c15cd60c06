/**
 * OpenPGP: encrypts volumes so that plain {@code gpg} can decrypt them, signs manifests, reads and
 * makes keys.
 *
 * <p>Bouncy Castle does keys, signatures and encrypted session keys. The bulk of the data runs
 * through the JDK's AES and SHA-1, which use the processor's instructions.
 */
@NullMarked
package io.tradingengine.backup.core.openpgp;

import org.jspecify.annotations.NullMarked;
