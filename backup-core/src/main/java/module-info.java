/**
 * The engine behind {@code io.tradingengine.backup.api}. Exports nothing: it is found by {@link
 * java.util.ServiceLoader}.
 */
module io.tradingengine.backup.core {
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires com.github.luben.zstd_jni;
  requires io.tradingengine.backup.api;
  requires java.sql;
  requires org.apache.commons.compress;
  requires org.bouncycastle.pg;
  requires org.bouncycastle.provider;
  requires org.postgresql.jdbc;
  requires org.slf4j;
  requires static org.jspecify;

  provides io.tradingengine.backup.spi.DestinationProvider with
      io.tradingengine.backup.core.destination.LocalDestinationProvider;
  provides io.tradingengine.backup.spi.EncryptorProvider with
      io.tradingengine.backup.core.openpgp.NoEncryptionProvider,
      io.tradingengine.backup.core.openpgp.OpenPgpEncryptorProvider;
}
