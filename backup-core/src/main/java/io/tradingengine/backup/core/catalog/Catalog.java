package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.ObjectProtectedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backups of one destination. What listing the destination says is what there is: a backup is a
 * folder with a manifest, and a folder without one is a left-over. Safe for concurrent use; what
 * writes or removes is called under the destination's lock only.
 */
public final class Catalog {
  private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);
  private static final int LARGEST_REPOSITORY = 1 << 16;
  private static final int LARGEST_MANIFEST = 256 << 20;
  private static final int LARGEST_SIGNATURE = 1 << 16;

  private final Destination destination;
  private final Encryptor encryptor;
  private final String system;
  private final ManifestCodec codec = new ManifestCodec();
  private volatile @Nullable Repository known;

  /**
   * A catalog. Touches nothing yet.
   *
   * @param destination where the backups are; not closed
   * @param encryptor signs and checks manifests
   * @param system the name of the system that the repository must belong to
   */
  public Catalog(Destination destination, Encryptor encryptor, String system) {
    this.destination = Objects.requireNonNull(destination, "destination");
    this.encryptor = Objects.requireNonNull(encryptor, "encryptor");
    this.system = Objects.requireNonNull(system, "system");
  }

  /** The destination that it reads. */
  public Destination destination() {
    return destination;
  }

  /**
   * What a listing found.
   *
   * @param backups the manifests of the finished backups, oldest first
   * @param damaged an error for each backup whose manifest is not what was written
   */
  public record Listing(List<Manifest> backups, List<Finding> damaged) {
    public Listing {
      backups = List.copyOf(backups);
      damaged = List.copyOf(damaged);
    }
  }

  /** Says which backups without a manifest are left alone. */
  @FunctionalInterface
  public interface Spare {
    boolean spares(BackupId id) throws IOException;
  }

  /**
   * Whose repository this is; empty for one that nothing was ever written to.
   *
   * @throws BackupException if it belongs to another system or is of a newer format
   * @throws IntegrityException if {@code repository.json} is damaged
   * @throws IOException if it cannot be read, or is another one than before: a disk that is not
   *     mounted any more shows what lies below it
   */
  public Optional<Repository> repository() throws IOException {
    Optional<byte[]> bytes = read(RepositoryLayout.REPOSITORY, LARGEST_REPOSITORY);
    Optional<Repository> found = bytes.map(Repository::decode);
    Repository before = known;
    if (before != null && !found.equals(Optional.of(before))) {
      throw new IOException(
          destination.name()
              + (found.isEmpty() ? " has lost " : " has another ")
              + RepositoryLayout.REPOSITORY
              + " since this program last looked; is its disk still mounted?");
    }
    if (found.isPresent()) {
      checkName(found.get());
      known = found.get();
    }
    return found;
  }

  private void checkName(Repository repository) {
    if (!repository.name().equals(system)) {
      throw new BackupException(
          destination.name() + " belongs to '" + repository.name() + "', not to '" + system + "'",
          "give this system a destination of its own, or set name: " + repository.name(),
          null);
    }
  }

  /**
   * Makes the destination a repository, unless it is one. Under the lock.
   *
   * @param wanted what it becomes if it is none yet
   * @return what it is
   * @throws BackupException as {@link #repository()}, or if it holds backups of nobody knows whom
   */
  public Repository initialise(Repository wanted) throws IOException {
    Optional<Repository> found = repository();
    if (found.isPresent()) {
      return found.get();
    }
    checkName(wanted);
    if (!ids().isEmpty()) {
      throw new BackupException(
          destination.name() + " holds backups, but no " + RepositoryLayout.REPOSITORY,
          "put it back from another destination, or begin a new repository in another place",
          null);
    }
    destination.put(RepositoryLayout.REPOSITORY, Content.of(wanted.encode()));
    return repository().orElseThrow();
  }

  /**
   * The ids of the finished backups, oldest first, without reading them.
   *
   * @throws IOException if the destination cannot be read
   */
  public List<BackupId> ids() throws IOException {
    List<BackupId> ids = new ArrayList<>();
    for (BackupId id : folders()) {
      if (isPublished(id)) {
        ids.add(id);
      }
    }
    return List.copyOf(ids);
  }

  /** The backup folders, finished or not, oldest first. */
  private List<BackupId> folders() throws IOException {
    return destination.folders("").stream()
        .flatMap(folder -> RepositoryLayout.backupNamed(folder).stream())
        .sorted()
        .toList();
  }

  private boolean isPublished(BackupId id) throws IOException {
    ObjectKey manifest = RepositoryLayout.manifest(id);
    return destination.list(manifest.value()).stream()
        .anyMatch(object -> object.key().equals(manifest));
  }

  /**
   * Lists the finished backups. A damaged one hides no other.
   *
   * @throws BackupException as {@link #repository()}
   * @throws IOException if the destination cannot be read
   */
  public Listing list() throws IOException {
    repository();
    List<Manifest> backups = new ArrayList<>();
    List<Finding> damaged = new ArrayList<>();
    for (BackupId id : ids()) {
      try {
        find(id).ifPresent(backups::add);
      } catch (IntegrityException e) {
        damaged.add(
            Finding.error(
                destination.name() + "/" + id,
                String.valueOf(e.getMessage()),
                "restore another backup, and take a new one; if another destination holds this one,"
                    + " replicate brings it back"));
      }
    }
    return new Listing(backups, damaged);
  }

  /**
   * The manifest of a backup, its signature checked; empty if there is no such backup.
   *
   * @throws IntegrityException if it is damaged, not signed as it must be, or of another repository
   * @throws BackupException as {@link #repository()}
   * @throws IOException if the destination cannot be read
   */
  public Optional<Manifest> find(BackupId id) throws IOException {
    Optional<SealedManifest> sealed = sealed(id);
    return sealed.isPresent() ? Optional.of(opened(sealed.get())) : Optional.empty();
  }

  /** A stored manifest as it is, unchecked; empty if there is none. */
  public Optional<SealedManifest> sealed(BackupId id) throws IOException {
    Optional<byte[]> document = read(RepositoryLayout.manifest(id), LARGEST_MANIFEST);
    if (document.isEmpty()) {
      return Optional.empty();
    }
    Optional<byte[]> signature = read(RepositoryLayout.signature(id), LARGEST_SIGNATURE);
    return Optional.of(new SealedManifest(id, document.get(), signature));
  }

  /**
   * What a stored manifest says, its signature checked.
   *
   * @throws IntegrityException as {@link #find}
   */
  public Manifest opened(SealedManifest sealed) throws IOException {
    String key = RepositoryLayout.manifest(sealed.id()).value();
    encryptor.verify(sealed.document(), sealed.signature(), key);
    Manifest manifest = codec.decode(sealed.document(), sealed.id());
    Optional<Repository> repository = repository();
    boolean foreign =
        repository.isPresent() && !repository.get().id().equals(manifest.repository());
    if (foreign || !manifest.system().equals(system)) {
      throw new IntegrityException(
          key,
          "belongs to another repository, of '" + manifest.system() + "'",
          "somebody copied a backup's folder here; move it back",
          null);
    }
    return manifest;
  }

  /**
   * An id for a new backup: the second that {@code now} lies in, or the first one after every
   * folder there is, if the clock was set back or another backup began in this second.
   */
  public BackupId nextId(BackupKind kind, Instant now) throws IOException {
    Instant second = now.truncatedTo(ChronoUnit.SECONDS);
    for (BackupId taken : folders()) {
      if (!second.isAfter(taken.instant())) {
        second = taken.instant().plusSeconds(1);
      }
    }
    return new BackupId(kind, second);
  }

  /**
   * Claims a backup's id for a run.
   *
   * @throws FileAlreadyExistsException if another run has it
   * @throws IOException if it could not be stored; trying again is safe
   */
  public void claim(RunClaim claim) throws IOException {
    destination.put(RepositoryLayout.claim(claim.id()), Content.of(claim.encode()));
  }

  /**
   * The link that the next manifest of this destination holds; empty where there is no backup yet.
   *
   * @throws IOException if the destination cannot be read
   */
  public Optional<Manifest.Previous> last() throws IOException {
    List<BackupId> ids = ids();
    return ids.isEmpty()
        ? Optional.empty()
        : sealed(ids.get(ids.size() - 1)).map(SealedManifest::link);
  }

  /** Writes a manifest down and signs it. */
  public SealedManifest seal(Manifest manifest) {
    byte[] document = codec.encode(manifest);
    return new SealedManifest(manifest.id(), document, encryptor.sign(document));
  }

  /**
   * Publishes a backup, whose volumes and index are durable already. The signature goes first and
   * the manifest last: whoever sees the manifest sees all that belongs to it. Under the lock.
   *
   * @throws FileAlreadyExistsException if another backup of that name was published
   * @throws IOException if it could not be stored; trying again is safe
   */
  public void publish(SealedManifest sealed) throws IOException {
    if (sealed.signature().isPresent()) {
      destination.put(
          RepositoryLayout.signature(sealed.id()), Content.of(sealed.signature().get()));
    }
    destination.put(RepositoryLayout.manifest(sealed.id()), Content.of(sealed.document()));
  }

  /**
   * Publishes a backup in place of a manifest that is damaged, or of none. Under the lock.
   *
   * @throws IOException if it could not be stored; the backup is not listed then
   */
  public void replace(SealedManifest sealed) throws IOException {
    // Only what is there: who may not remove anything can still publish where nothing is.
    for (ObjectInfo there : destination.list(RepositoryLayout.manifest(sealed.id()).value())) {
      destination.delete(there.key());
    }
    publish(sealed);
  }

  /**
   * What of a backup is not there, by a listing; reads nothing.
   *
   * @return the objects that are missing, or whose length is another one
   */
  public List<Volume> lacking(Manifest manifest) throws IOException {
    Map<ObjectKey, Long> lengths = lengths(manifest.id());
    return manifest
        .volumes()
        .filter(volume -> !Objects.equals(lengths.get(volume.key()), (Long) volume.storedSize()))
        .toList();
  }

  /** The objects in a backup's folder, with their lengths. */
  public Map<ObjectKey, Long> lengths(BackupId id) throws IOException {
    Map<ObjectKey, Long> lengths = new HashMap<>();
    for (ObjectInfo object : destination.list(RepositoryLayout.prefix(id))) {
      lengths.put(object.key(), object.length());
    }
    return lengths;
  }

  /**
   * Removes what runs that were killed have left behind: half-put objects, and backup folders
   * without a manifest. Folders with other names are not ours and are left alone. Under the lock:
   * without it, a backup that another run is just writing looks the same.
   *
   * @param spare which backups are left alone although they have no manifest here
   * @return the number of objects removed
   * @throws IOException if the destination cannot be reached; trying again is safe
   */
  public int sweepLeftovers(Spare spare) throws IOException {
    int removed = sweepHalfPut();
    for (BackupId id : folders()) {
      if (!spare.spares(id) && !isPublished(id)) {
        removed += sweep(id);
      }
    }
    return removed;
  }

  private int sweep(BackupId id) throws IOException {
    LOG.info("Removing {} from {}: it was never finished", id, destination.name());
    try {
      return discard(id);
    } catch (ObjectProtectedException | AccessDeniedException e) {
      LOG.info("{} stays in {} for now: {}", id, destination.name(), e.getMessage());
      return 0;
    }
  }

  /** Who may not remove anything can still take backups: what is left over costs space alone. */
  private int sweepHalfPut() throws IOException {
    try {
      return destination.sweep();
    } catch (AccessDeniedException e) {
      LOG.info("Left-overs stay in {}: {}", destination.name(), e.getMessage());
      return 0;
    }
  }

  /**
   * Removes everything of a backup that was not published. Under the lock.
   *
   * @return the number of objects removed
   */
  public int discard(BackupId id) throws IOException {
    List<ObjectInfo> objects = destination.list(RepositoryLayout.prefix(id));
    // A manifest may have arrived though its put seemed to fail; without it, nothing half is
    // listed.
    destination.delete(RepositoryLayout.manifest(id));
    for (ObjectInfo object : objects) {
      destination.delete(object.key());
    }
    // Where folders are real, a killed run may have left empty ones; removing any name in them,
    // even one that is not there, removes them.
    for (String folder : destination.folders(RepositoryLayout.prefix(id))) {
      destination.delete(RepositoryLayout.backup(id).resolve(folder).resolve("none"));
    }
    return objects.size();
  }

  /** When anything in the folder of a backup was last put, by the destination's clock. */
  public Optional<Instant> touched(BackupId id) throws IOException {
    return destination.list(RepositoryLayout.prefix(id)).stream()
        .map(ObjectInfo::modified)
        .max(Comparator.naturalOrder());
  }

  /**
   * Follows the chain of manifests. A manifest that was changed is found by the next one's link,
   * and one that was removed by its absence; when the newest ones were removed or rolled back, only
   * a record kept elsewhere can tell.
   *
   * @return what does not fit; empty if all does
   * @throws IOException if the destination cannot be read
   */
  public List<Finding> verifyChain() throws IOException {
    return new ManifestChain(this).findings();
  }

  private Optional<byte[]> read(ObjectKey key, int most) throws IOException {
    try (InputStream in = destination.open(key, new ByteRange(0, most + 1L))) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new IntegrityException(
            key.value(), "is larger than " + most + " bytes", "it was not written here", null);
      }
      return Optional.of(bytes);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
