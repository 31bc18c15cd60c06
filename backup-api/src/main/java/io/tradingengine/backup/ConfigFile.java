package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Turns a configuration file's mapping into a builder; the same keys as the typed builders set. */
final class ConfigFile {
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "sources",
          "destinations",
          "encryption",
          "decryption",
          "compression",
          "archiving",
          "incremental",
          "retention",
          "schedule");
  private static final SettingsKey<ZoneId> ZONE = SettingsKey.zone("zone");

  private final List<String> problems = new ArrayList<>();
  private final Path folder;

  private ConfigFile(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    this.folder = parent == null ? file.toAbsolutePath() : parent;
  }

  static BackupConfig.Builder read(Map<String, Object> document, Path file) {
    ConfigFile reader = new ConfigFile(file);
    return reader.bind(document).fileProblems(reader.problems);
  }

  private BackupConfig.Builder bind(Map<String, Object> document) {
    for (String key : document.keySet()) {
      if (!KEYS.contains(key)) {
        problems.add(key + ": unknown key; known are " + String.join(", ", new TreeSet<>(KEYS)));
      }
    }
    Object name = document.get("name");
    BackupConfig.Builder builder = BackupConfig.builder(name == null ? "" : name.toString());
    for (Settings source : list(document, "sources")) {
      builder.source(() -> source);
    }
    for (Settings destination : list(document, "destinations")) {
      builder.destination(() -> destination);
    }
    Settings encryption = section(document.get("encryption"), "encryption", null);
    if (encryption != null) {
      builder.encryption(() -> encryption);
      Settings decryption = section(document.get("decryption"), "decryption", encryption.type());
      if (decryption != null) {
        builder.decryption(() -> decryption);
      }
    }
    Settings compression = section(document.get("compression"), "compression", "compression");
    if (compression != null) {
      builder.compression(Compression.from(compression));
    }
    Settings retention = section(document.get("retention"), "retention", "retention");
    if (retention != null) {
      builder.retention(Retention.from(retention));
    }
    Settings archiving = section(document.get("archiving"), "archiving", "archiving");
    if (archiving != null) {
      builder.archiving(ArchivingOptions.from(archiving));
    }
    Settings incremental = section(document.get("incremental"), "incremental", "incremental");
    if (incremental != null) {
      builder.incremental(IncrementalOptions.from(incremental));
    }
    Settings schedule = section(document.get("schedule"), "schedule", "schedule");
    if (schedule != null) {
      bindSchedule(schedule, builder);
    }
    return builder;
  }

  private void bindSchedule(Settings schedule, BackupConfig.Builder builder) {
    List<String> wrong = schedule.validate(List.of(ZONE));
    problems.addAll(wrong);
    if (wrong.isEmpty()) {
      schedule.find(ZONE).ifPresent(builder::zone);
    }
  }

  private List<Settings> list(Map<String, Object> document, String key) {
    List<Settings> sections = new ArrayList<>();
    Object raw = document.get(key);
    if (raw == null) {
      return sections;
    }
    if (!(raw instanceof List<?> list)) {
      problems.add(key + ": is not a list");
      return sections;
    }
    for (int i = 0; i < list.size(); i++) {
      Settings section = section(list.get(i), key + "[" + i + "]", null);
      if (section != null) {
        sections.add(section);
      }
    }
    return sections;
  }

  private @Nullable Settings section(
      @Nullable Object raw, String place, @Nullable String defaultType) {
    if (raw == null) {
      return null;
    }
    if (!(raw instanceof Map<?, ?> map)) {
      problems.add(place + ": is not a mapping of keys to values");
      return null;
    }
    Object type = map.containsKey("type") ? map.get("type") : defaultType;
    if (!(type instanceof String text)) {
      problems.add(place + ".type: is missing");
      return null;
    }
    Settings settings = Settings.of(text).at(place).relativeTo(folder);
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = String.valueOf(entry.getKey());
      Object value = entry.getValue();
      if (value == null) {
        problems.add(place + "." + key + ": has no value");
      } else if (!key.equals("type")) {
        settings = settings.with(key, value);
      }
    }
    return settings;
  }
}
