package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.spi.Sha256;
import java.util.Objects;
import java.util.Optional;

/**
 * A manifest as it is stored, with its signature: every destination gets the same bytes. Immutable.
 */
public final class SealedManifest {
  private final BackupId id;
  private final byte[] document;
  private final Optional<byte[]> signature;

  /** Takes both arrays as they are; they must not change. */
  SealedManifest(BackupId id, byte[] document, Optional<byte[]> signature) {
    this.id = Objects.requireNonNull(id, "id");
    this.document = Objects.requireNonNull(document, "document");
    this.signature = Objects.requireNonNull(signature, "signature");
  }

  /** The backup. */
  public BackupId id() {
    return id;
  }

  /** The link that the next manifest holds. */
  public Manifest.Previous link() {
    return new Manifest.Previous(id, Sha256.of(document));
  }

  byte[] document() {
    return document;
  }

  Optional<byte[]> signature() {
    return signature;
  }

  @Override
  public String toString() {
    return RepositoryLayout.manifest(id) + (signature.isPresent() ? " (signed)" : "");
  }
}
