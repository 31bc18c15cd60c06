package io.tradingengine.backup.spi;

import io.tradingengine.backup.BackupException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds providers by {@link ServiceLoader}: those that the thread's class loader sees, then those
 * beside this library. An embedding server may hide either from the other. Safe for concurrent use.
 */
public final class Providers {
  private Providers() {}

  /**
   * The engine.
   *
   * @throws BackupException if there is none, naming the artifact that is missing
   */
  public static EngineProvider engine() {
    return all(EngineProvider.class)
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    "There is no backup engine on the class path or module path",
                    "add io.tradingengine:backup-core to the application's dependencies",
                    null));
  }

  /** The provider of a source of that type. */
  public static Optional<SourceProvider> source(String type) {
    return find(SourceProvider.class, SourceProvider::type, type);
  }

  /** The types of sources that there are, sorted. */
  public static List<String> sourceTypes() {
    return types(SourceProvider.class, SourceProvider::type);
  }

  /** The provider of a destination of that type. */
  public static Optional<DestinationProvider> destination(String type) {
    return find(DestinationProvider.class, DestinationProvider::type, type);
  }

  /** The types of destinations that there are, sorted. */
  public static List<String> destinationTypes() {
    return types(DestinationProvider.class, DestinationProvider::type);
  }

  /** The provider of an encryptor of that type. */
  public static Optional<EncryptorProvider> encryptor(String type) {
    return find(EncryptorProvider.class, EncryptorProvider::type, type);
  }

  /** The types of encryptors that there are, sorted. */
  public static List<String> encryptorTypes() {
    return types(EncryptorProvider.class, EncryptorProvider::type);
  }

  private static <P> Optional<P> find(Class<P> kind, Function<P, String> typeOf, String type) {
    return all(kind).filter(provider -> typeOf.apply(provider).equals(type)).findFirst();
  }

  private static <P> List<String> types(Class<P> kind, Function<P, String> typeOf) {
    return all(kind).map(typeOf).distinct().sorted().toList();
  }

  private static <P> Stream<P> all(Class<P> kind) {
    // Loading must happen here: a module's "uses" holds for the class that calls load.
    return Stream.concat(
            ServiceLoader.load(kind).stream(),
            ServiceLoader.load(kind, Providers.class.getClassLoader()).stream())
        .map(ServiceLoader.Provider::get);
  }
}
