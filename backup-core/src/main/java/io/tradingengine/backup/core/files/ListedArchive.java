package io.tradingengine.backup.core.files;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tree of a capture as one archive: what its listing names, each file with the content that a
 * capture of its chain has. Whoever reads it checks names and order as with any other archive. Not
 * safe for concurrent use.
 */
final class ListedArchive implements Members {
  private final Listing.Reader listing;
  private final List<StoredContents> contents;
  private final MessageDigest digest = Sha256.newDigest();
  private @Nullable Listed file;

  /**
   * @param contents those of the capture that stands on its own first
   */
  ListedArchive(Listing.Reader listing, List<StoredContents> contents) {
    this.listing = listing;
    this.contents = List.copyOf(contents);
  }

  @Override
  public @Nullable Member next() throws IOException {
    Listed listed = nextListed();
    return listed == null ? null : listed.member();
  }

  /** As {@link #next}, with all that the listing says of it. */
  @Nullable Listed nextListed() throws IOException {
    endFile();
    Listed listed = listing.next();
    if (listed == null) {
      for (StoredContents each : contents) {
        each.finish();
      }
      return null;
    }
    if (listed.print().kind() == Print.Kind.FILE) {
      begin(listed);
    }
    return listed;
  }

  /** When the walk of the newest capture began. */
  Instant begin() {
    return listing.begin();
  }

  private void begin(Listed listed) throws IOException {
    int newest = contents.size() - 1;
    if (listed.depth() > newest) {
      throw refuse(listed.name(), "is listed as stored in a later backup");
    }
    if (listed.depth() < newest && listed.print().digest().isEmpty()) {
      throw refuse(listed.name(), "is listed as stored in an earlier backup, without a digest");
    }
    contents.get(listed.depth()).seek(listed.name(), listed.print().content().size());
    file = listed;
  }

  /** Whoever has read a file has read all of it by now. */
  private void endFile() throws IOException {
    Listed ended = file;
    if (ended == null) {
      return;
    }
    file = null;
    StoredContents from = contents.get(ended.depth());
    String read = Comparison.hex(digest);
    if (!ended.print().digest().isEmpty() && !ended.print().digest().equals(read)) {
      throw from.refuse(
          ended.name(), "has another content than the one whose SHA-256 the listing has");
    }
    from.next();
  }

  @Override
  public int read(byte[] bytes) throws IOException {
    if (file == null) {
      return 0;
    }
    int got = contents.get(file.depth()).read(bytes);
    digest.update(bytes, 0, got);
    return got;
  }

  @Override
  public IntegrityException refuse(String member, String why) {
    return listing.refuse(member, why);
  }

  @Override
  public IntegrityException refuse(String why) {
    return listing.refuse(why);
  }

  @Override
  public void close() throws IOException {
    try {
      listing.close();
    } finally {
      closeFrom(0);
    }
  }

  private void closeFrom(int index) throws IOException {
    if (index < contents.size()) {
      try {
        contents.get(index).close();
      } finally {
        closeFrom(index + 1);
      }
    }
  }
}
