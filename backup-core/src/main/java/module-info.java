/**
 * The engine behind {@code io.tradingengine.backup.api}. Exports nothing: it is found by {@link
 * java.util.ServiceLoader}.
 */
module io.tradingengine.backup.core {
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires com.github.luben.zstd_jni;
  requires dev.failsafe.core;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.tradingengine.backup.api;
  requires java.sql;
  requires jdk.net;
  requires lettuce.core;
  requires org.apache.commons.compress;
  requires org.bouncycastle.pg;
  requires org.bouncycastle.provider;
  requires org.postgresql.jdbc;
  requires org.slf4j;
  requires static org.checkerframework.checker.qual;
  requires static org.jspecify;

  // pgjdbc makes socket factories by their names.
  opens io.tradingengine.backup.core.postgres.wire to
      org.postgresql.jdbc;

  provides io.tradingengine.backup.spi.DestinationProvider with
      io.tradingengine.backup.core.destination.LocalDestinationProvider,
      io.tradingengine.backup.core.destination.RsyncDestinationProvider;
  provides io.tradingengine.backup.spi.EncryptorProvider with
      io.tradingengine.backup.core.openpgp.NoEncryptionProvider,
      io.tradingengine.backup.core.openpgp.OpenPgpEncryptorProvider;
  provides io.tradingengine.backup.spi.EngineProvider with
      io.tradingengine.backup.core.engine.BackupEngineProvider;
  provides io.tradingengine.backup.spi.SourceProvider with
      io.tradingengine.backup.core.files.FilesSourceProvider,
      io.tradingengine.backup.core.files.StateSourceProvider,
      io.tradingengine.backup.core.postgres.PostgresSourceProvider,
      io.tradingengine.backup.core.redis.RedisSourceProvider;
}
