package io.tradingengine.backup.core.catalog;

import static io.tradingengine.backup.core.catalog.JsonObject.field;
import static io.tradingengine.backup.core.catalog.JsonObject.optionalField;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata.MissingSource;
import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.catalog.JsonObject.Field;
import io.tradingengine.backup.core.catalog.Manifest.CapturedSource;
import io.tradingengine.backup.core.catalog.Manifest.Previous;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.SourceState;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Manifests as JSON, format 1. Reading is strict: unknown, missing and double fields, values of
 * another type or spelling, and whatever does not fit together are refused. Safe for concurrent
 * use.
 */
public final class ManifestCodec {
  private static final class OfVolume {
    static final Field<Volume, ObjectKey> KEY =
        field("key", Json.text(ObjectKey::new), Volume::key);
    static final Field<Volume, Long> OFFSET = field("offset", Json.number(), Volume::offset);
    static final Field<Volume, Long> SIZE = field("size", Json.number(), Volume::size);
    static final Field<Volume, Sha256> SHA256 =
        field("sha256", Json.text(Sha256::new), Volume::sha256);
    static final Field<Volume, Long> STORED_SIZE =
        field("storedSize", Json.number(), Volume::storedSize);
    static final Field<Volume, Sha256> STORED_SHA256 =
        field("storedSha256", Json.text(Sha256::new), Volume::storedSha256);
    static final Json<Volume> FORM =
        JsonObject.of(
            values ->
                new Volume(
                    values.get(KEY),
                    values.get(OFFSET),
                    values.get(SIZE),
                    values.get(SHA256),
                    values.get(STORED_SIZE),
                    values.get(STORED_SHA256)),
            KEY,
            OFFSET,
            SIZE,
            SHA256,
            STORED_SIZE,
            STORED_SHA256);
  }

  private static final class OfArtifact {
    static final Field<Artifact, String> NAME = field("name", Json.text(), Artifact::name);
    static final Field<Artifact, String> EXTENSION =
        field("extension", Json.text(), Artifact::extension);
    static final Field<Artifact, Long> SIZE = field("size", Json.number(), Artifact::size);
    static final Field<Artifact, List<Volume>> VOLUMES =
        field("volumes", Json.list(OfVolume.FORM), Artifact::volumes);
    static final Json<Artifact> FORM =
        JsonObject.of(
            values ->
                new Artifact(
                    values.get(NAME), values.get(EXTENSION), values.get(SIZE), values.get(VOLUMES)),
            NAME,
            EXTENSION,
            SIZE,
            VOLUMES);
  }

  private static final class OfSource {
    static final Field<CapturedSource, String> NAME =
        field("name", Json.text(), CapturedSource::name);
    static final Field<CapturedSource, String> TYPE =
        field("type", Json.text(), CapturedSource::type);
    static final Field<CapturedSource, Optional<BackupId>> PARENT =
        optionalField("parent", Json.text(BackupId::parse), CapturedSource::parent);
    static final Field<CapturedSource, Instant> STARTED_AT =
        field("startedAt", Json.text(Instant::parse), CapturedSource::startedAt);
    static final Field<CapturedSource, Instant> FINISHED_AT =
        field("finishedAt", Json.text(Instant::parse), CapturedSource::finishedAt);
    static final Field<CapturedSource, Instant> AS_OF =
        field("asOf", Json.text(Instant::parse), source -> source.state().asOf());
    static final Field<CapturedSource, Map<String, String>> ATTRIBUTES =
        field("attributes", Json.map(Json.text()), source -> source.state().attributes());
    static final Field<CapturedSource, List<Artifact>> ARTIFACTS =
        field("artifacts", Json.list(OfArtifact.FORM), CapturedSource::artifacts);
    static final Json<CapturedSource> FORM =
        JsonObject.of(
            values ->
                new CapturedSource(
                    values.get(NAME),
                    values.get(TYPE),
                    values.get(PARENT),
                    values.get(STARTED_AT),
                    values.get(FINISHED_AT),
                    new SourceState(values.get(AS_OF), values.get(ATTRIBUTES)),
                    values.get(ARTIFACTS)),
            NAME,
            TYPE,
            PARENT,
            STARTED_AT,
            FINISHED_AT,
            AS_OF,
            ATTRIBUTES,
            ARTIFACTS);
  }

  private static final class OfMissing {
    static final Field<MissingSource, String> NAME =
        field("name", Json.text(), MissingSource::name);
    static final Field<MissingSource, String> TYPE =
        field("type", Json.text(), MissingSource::type);
    static final Field<MissingSource, String> REASON =
        field("reason", Json.text(), MissingSource::reason);
    static final Json<MissingSource> FORM =
        JsonObject.of(
            values -> new MissingSource(values.get(NAME), values.get(TYPE), values.get(REASON)),
            NAME,
            TYPE,
            REASON);
  }

  private static final class OfFinding {
    static final Field<Finding, Finding.Severity> SEVERITY =
        field("severity", label(Finding.Severity.values()), Finding::severity);
    static final Field<Finding, String> SUBJECT = field("subject", Json.text(), Finding::subject);
    static final Field<Finding, String> MESSAGE = field("message", Json.text(), Finding::message);
    static final Field<Finding, String> HINT = field("hint", Json.text(), Finding::hint);
    static final Json<Finding> FORM =
        JsonObject.of(
            values ->
                new Finding(
                    values.get(SEVERITY),
                    values.get(SUBJECT),
                    values.get(MESSAGE),
                    values.get(HINT)),
            SEVERITY,
            SUBJECT,
            MESSAGE,
            HINT);
  }

  private static final class OfPrevious {
    static final Field<Previous, BackupId> ID =
        field("id", Json.text(BackupId::parse), Previous::id);
    static final Field<Previous, Sha256> SHA256 =
        field("sha256", Json.text(Sha256::new), Previous::sha256);
    static final Json<Previous> FORM =
        JsonObject.of(values -> new Previous(values.get(ID), values.get(SHA256)), ID, SHA256);
  }

  private static final Field<Manifest, Long> FORMAT = JsonDocument.formatField();
  private static final Field<Manifest, BackupId> ID =
      field("id", Json.text(BackupId::parse), Manifest::id);
  private static final Field<Manifest, BackupKind> KIND =
      field("kind", Json.text(BackupKind::parse, BackupKind::label), of -> of.id().kind());
  private static final Field<Manifest, Optional<BackupId>> PARENT =
      optionalField("parent", Json.text(BackupId::parse), Manifest::parent);
  private static final Field<Manifest, String> SYSTEM =
      field("system", Json.text(), Manifest::system);
  private static final Field<Manifest, UUID> REPOSITORY =
      field("repository", Json.text(UUID::fromString), Manifest::repository);
  private static final Field<Manifest, Instant> STARTED_AT =
      field("startedAt", Json.text(Instant::parse), of -> of.run().startedAt());
  private static final Field<Manifest, Instant> FINISHED_AT =
      field("finishedAt", Json.text(Instant::parse), of -> of.run().finishedAt());
  private static final Field<Manifest, String> TOOL_VERSION =
      field("toolVersion", Json.text(), of -> of.run().toolVersion());
  private static final Field<Manifest, Codec> COMPRESSION =
      field("compression", label(Codec.values()), of -> of.storage().codec());
  private static final Field<Manifest, String> ENCRYPTION =
      field("encryption", Json.text(), of -> of.storage().encryption());
  private static final Field<Manifest, Optional<Previous>> PREVIOUS =
      field("previous", Json.optional(OfPrevious.FORM), Manifest::previous);
  private static final Field<Manifest, List<CapturedSource>> SOURCES =
      field("sources", Json.list(OfSource.FORM), Manifest::sources);
  private static final Field<Manifest, List<MissingSource>> MISSING =
      field("missing", Json.list(OfMissing.FORM), Manifest::missing);
  private static final Field<Manifest, Volume> INDEX =
      field("index", OfVolume.FORM, Manifest::index);
  private static final Field<Manifest, List<String>> DESTINATIONS =
      field("destinations", Json.list(Json.text()), Manifest::destinations);
  private static final Field<Manifest, List<Finding>> FINDINGS =
      field("findings", Json.list(OfFinding.FORM), Manifest::findings);

  private final JsonDocument<Manifest> document =
      new JsonDocument<>(
          JsonObject.of(
              ManifestCodec::manifest,
              FORMAT,
              ID,
              KIND,
              PARENT,
              SYSTEM,
              REPOSITORY,
              STARTED_AT,
              FINISHED_AT,
              TOOL_VERSION,
              COMPRESSION,
              ENCRYPTION,
              PREVIOUS,
              SOURCES,
              MISSING,
              INDEX,
              DESTINATIONS,
              FINDINGS));

  private static Manifest manifest(JsonObject.Values values) {
    BackupId id = values.get(ID);
    if (id.kind() != values.get(KIND)) {
      throw new IllegalArgumentException(id + " is not of the kind " + values.get(KIND).label());
    }
    return new Manifest(
        id,
        values.get(PARENT),
        values.get(SYSTEM),
        values.get(REPOSITORY),
        new Manifest.Run(values.get(STARTED_AT), values.get(FINISHED_AT), values.get(TOOL_VERSION)),
        new Manifest.Storage(values.get(COMPRESSION), values.get(ENCRYPTION)),
        values.get(PREVIOUS),
        values.get(SOURCES),
        values.get(MISSING),
        values.get(INDEX),
        values.get(DESTINATIONS),
        values.get(FINDINGS));
  }

  /** The document; the same manifest always gives the same bytes. */
  public byte[] encode(Manifest manifest) {
    return document.print(manifest);
  }

  /**
   * The manifest of a backup.
   *
   * @throws IntegrityException if the document is anything but the manifest of that backup
   */
  public Manifest decode(byte[] bytes, BackupId id) {
    String key = RepositoryLayout.manifest(id).value();
    Manifest manifest = document.read(bytes, key);
    if (!manifest.id().equals(id)) {
      throw new IntegrityException(
          key,
          "is the manifest of " + manifest.id(),
          "somebody renamed or swapped folders of the repository; put them back",
          null);
    }
    return manifest;
  }

  private static <E extends Enum<E>> Json<E> label(E[] constants) {
    return Json.text(
        text -> {
          for (E constant : constants) {
            if (labelOf(constant).equals(text)) {
              return constant;
            }
          }
          throw new IllegalArgumentException("'" + text + "' is unknown");
        },
        ManifestCodec::labelOf);
  }

  private static String labelOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
