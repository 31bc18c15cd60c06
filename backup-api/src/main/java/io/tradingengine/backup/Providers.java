package io.tradingengine.backup;

import io.tradingengine.backup.spi.DestinationProvider;
import io.tradingengine.backup.spi.EncryptorProvider;
import io.tradingengine.backup.spi.EngineProvider;
import io.tradingengine.backup.spi.SourceProvider;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Stream;

/** Finds providers by {@link ServiceLoader}, from the thread's class loader or this library's own. */
final class Providers {
  private Providers() {}

  static EngineProvider engine() {
    return all(EngineProvider.class)
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    "There is no backup engine on the class path or module path",
                    "add io.tradingengine:backup-core to the application's dependencies",
                    null));
  }

  static Optional<SourceProvider> source(String type) {
    return find(SourceProvider.class, SourceProvider::type, type);
  }

  static List<String> sourceTypes() {
    return types(SourceProvider.class, SourceProvider::type);
  }

  static Optional<DestinationProvider> destination(String type) {
    return find(DestinationProvider.class, DestinationProvider::type, type);
  }

  static List<String> destinationTypes() {
    return types(DestinationProvider.class, DestinationProvider::type);
  }

  static Optional<EncryptorProvider> encryptor(String type) {
    return find(EncryptorProvider.class, EncryptorProvider::type, type);
  }

  static List<String> encryptorTypes() {
    return types(EncryptorProvider.class, EncryptorProvider::type);
  }

  private static <P> Optional<P> find(Class<P> kind, Function<P, String> typeOf, String type) {
    return all(kind).filter(provider -> typeOf.apply(provider).equals(type)).findFirst();
  }

  private static <P> List<String> types(Class<P> kind, Function<P, String> typeOf) {
    return all(kind).map(typeOf).distinct().sorted().toList();
  }

  /** An embedding server may hide the library's own class loader from its threads, or the reverse. */
  private static <P> Stream<P> all(Class<P> kind) {
    // Loading must happen here: a module's "uses" holds for the class that calls load.
    return Stream.concat(
        ServiceLoader.load(kind).stream(),
        ServiceLoader.load(kind, Providers.class.getClassLoader()).stream())
        .map(ServiceLoader.Provider::get);
  }
}
