package io.tradingengine.backup;

import io.tradingengine.backup.event.BackupListener;
import io.tradingengine.backup.spi.Providers;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What to back up, how, and to where. Made by a {@linkplain #builder builder} or {@linkplain #load
 * read from a YAML file}; both go one way and know the same keys. Immutable.
 */
public final class BackupConfig {
  private final String name;
  private final List<Settings> sources;
  private final List<Settings> destinations;
  private final Settings encryption;
  private final @Nullable Settings decryption;
  private final Compression compression;
  private final @Nullable Retention retention;
  private final @Nullable ArchivingOptions archiving;
  private final IncrementalOptions incremental;
  private final ZoneId zone;
  private final List<BackupListener> listeners;
  private final Clock clock;

  private BackupConfig(Builder builder, Settings encryption) {
    this.name = builder.name;
    this.sources = List.copyOf(builder.sources);
    this.destinations = List.copyOf(builder.destinations);
    this.encryption = encryption;
    this.decryption = builder.decryption;
    this.compression = builder.compression;
    this.retention = builder.retention;
    this.archiving = builder.archiving;
    this.incremental = builder.incremental;
    this.zone = builder.zone;
    this.listeners = List.copyOf(builder.listeners);
    this.clock = builder.clock;
  }

  /**
   * Begins a configuration.
   *
   * @param name the system's name, such as {@code trading-engine}; a repository belongs to one name
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * Reads a configuration from a YAML file. Relative paths in it are relative to its folder.
   *
   * @throws InvalidConfigException if anything in it is wrong; lists all that is
   * @throws IOException if it cannot be read
   */
  public static BackupConfig load(Path file) throws IOException {
    return reader(file).build();
  }

  /**
   * Reads a configuration from a YAML file, for a program that adds listeners or callbacks to it.
   */
  public static Builder reader(Path file) throws IOException {
    return ConfigFile.read(Providers.engine().readYaml(file), file);
  }

  /** The system's name. */
  public String name() {
    return name;
  }

  /** The sources' settings, in the order given. Each has a {@code name}. */
  public List<Settings> sources() {
    return sources;
  }

  /** The destinations' settings, in the order given. */
  public List<Settings> destinations() {
    return destinations;
  }

  public Settings encryption() {
    return encryption;
  }

  /** What decryption needs; empty on hosts that only back up. */
  public Optional<Settings> decryption() {
    return Optional.ofNullable(decryption);
  }

  public Compression compression() {
    return compression;
  }

  /**
   * How long backups are kept in destinations that have no policy of their own; empty if nothing
   * ever expires there.
   */
  public Optional<Retention> retention() {
    return Optional.ofNullable(retention);
  }

  /** How changes are archived between backups; empty on hosts that do not. */
  public Optional<ArchivingOptions> archiving() {
    return Optional.ofNullable(archiving);
  }

  /** When an incremental backup is taken, and when a full one instead. */
  public IncrementalOptions incremental() {
    return incremental;
  }

  /** The time zone of schedules and of retention's days; UTC by default. */
  public ZoneId zone() {
    return zone;
  }

  public List<BackupListener> listeners() {
    return listeners;
  }

  /** The clock that dates backups. */
  public Clock clock() {
    return clock;
  }

  /** Gathers a configuration. Not safe for concurrent use. */
  public static final class Builder {
    private final String name;
    private final List<Settings> sources = new ArrayList<>();
    private final List<Settings> destinations = new ArrayList<>();
    private @Nullable Settings encryption;
    private @Nullable Settings decryption;
    private Compression compression = Compression.zstd(1);
    private @Nullable Retention retention;
    private @Nullable ArchivingOptions archiving;
    private IncrementalOptions incremental = IncrementalOptions.defaults();
    private ZoneId zone = ZoneOffset.UTC;
    private final List<BackupListener> listeners = new ArrayList<>();
    private Clock clock = Clock.systemUTC();
    private List<String> fileProblems = List.of();
    private UnaryOperator<@Nullable String> environment = System::getenv;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /** Adds a store to back up. Several of one type need different names. */
    public Builder source(SourceSpec source) {
      sources.add(source.settings());
      return this;
    }

    /** Adds a place to keep backups. */
    public Builder destination(DestinationSpec destination) {
      destinations.add(destination.settings());
      return this;
    }

    /** How backups are encrypted. Must be said, even if it is {@link Encryption#none()}. */
    public Builder encryption(EncryptionSpec encryption) {
      this.encryption = encryption.settings();
      return this;
    }

    /** What decryption needs. Leave it out on hosts that only back up. */
    public Builder decryption(DecryptionSpec decryption) {
      this.decryption = decryption.settings();
      return this;
    }

    /** How streams are cut and compressed; {@code Compression.zstd(1)} by default. */
    public Builder compression(Compression compression) {
      this.compression = Objects.requireNonNull(compression);
      return this;
    }

    /**
     * How long backups are kept in destinations that have no policy of their own. Without it,
     * nothing expires.
     */
    public Builder retention(Retention retention) {
      this.retention = Objects.requireNonNull(retention);
      return this;
    }

    /** How changes are archived between backups; needed for {@code startArchiving()}. */
    public Builder archiving(ArchivingOptions archiving) {
      this.archiving = Objects.requireNonNull(archiving);
      return this;
    }

    /** When an incremental backup is taken, and when a full one instead. */
    public Builder incremental(IncrementalOptions incremental) {
      this.incremental = Objects.requireNonNull(incremental);
      return this;
    }

    /** The time zone of schedules and of retention's days; UTC by default. */
    public Builder zone(ZoneId zone) {
      this.zone = Objects.requireNonNull(zone);
      return this;
    }

    /** Adds a listener for progress and outcomes. */
    public Builder listener(BackupListener listener) {
      listeners.add(Objects.requireNonNull(listener));
      return this;
    }

    /** The clock that dates backups; the system's by default. */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock);
      return this;
    }

    /** Where {@code ${NAME}} references are looked up; the process's environment by default. */
    public Builder environment(UnaryOperator<@Nullable String> environment) {
      this.environment = Objects.requireNonNull(environment);
      return this;
    }

    /** What reading a file has found; reported with all else by {@link #build()}. */
    Builder fileProblems(List<String> problems) {
      fileProblems = List.copyOf(problems);
      return this;
    }

    /**
     * Checks everything and makes the configuration.
     *
     * @throws InvalidConfigException if anything is wrong; lists all that is
     */
    public BackupConfig build() {
      nameAll(sources, "sources");
      nameAll(destinations, "destinations");
      encryption = placed(encryption, "encryption");
      decryption = placed(decryption, "decryption");
      List<String> problems = new ArrayList<>(fileProblems);
      problems.addAll(
          new ConfigCheck(name, sources, destinations, encryption, decryption).problems());
      problems.addAll(compression.validate());
      if (retention != null) {
        problems.addAll(retention.validate());
      }
      if (archiving != null) {
        problems.addAll(archiving.validate());
      }
      problems.addAll(incremental.validate());
      if (!problems.isEmpty() || encryption == null) {
        throw new InvalidConfigException(problems);
      }
      return new BackupConfig(this, encryption);
    }

    private @Nullable Settings placed(@Nullable Settings settings, String place) {
      return settings == null ? null : settings.at(place).environment(environment);
    }

    private void nameAll(List<Settings> list, String place) {
      for (int i = 0; i < list.size(); i++) {
        list.set(i, list.get(i).at(place + "[" + i + "]").environment(environment));
      }
    }
  }
}
