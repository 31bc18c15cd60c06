/**
 * Keeps backups in a bucket of Amazon S3, or of a store that speaks its protocol. {@link
 * io.tradingengine.backup.s3.S3} says which; the rest is found by {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.tradingengine.backup.s3;

import org.jspecify.annotations.NullMarked;
