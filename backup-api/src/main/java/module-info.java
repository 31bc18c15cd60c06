/**
 * What applications and providers compile against. Depends on nothing but the JDK.
 *
 * <p>The engine itself lives in {@code backup-core} and is found by {@link
 * java.util.ServiceLoader}.
 */
module io.tradingengine.backup.api {
  requires static transitive org.jspecify;

  exports io.tradingengine.backup;
  exports io.tradingengine.backup.event;
  exports io.tradingengine.backup.spi;

  uses io.tradingengine.backup.spi.DestinationProvider;
  uses io.tradingengine.backup.spi.EncryptorProvider;
  uses io.tradingengine.backup.spi.EngineProvider;
  uses io.tradingengine.backup.spi.SourceProvider;
}
