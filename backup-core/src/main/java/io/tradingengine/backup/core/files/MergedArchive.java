package io.tradingengine.backup.core.files;

import io.tradingengine.backup.IntegrityException;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Version 0 of a tree with a later version's difference applied, as one archive in the order of a
 * walk. Whoever reads it checks names and order as with any other archive. Not safe for concurrent
 * use.
 */
final class MergedArchive implements Members {
  private final Side base;
  private final Side difference;
  private final GoneNames gone;
  private final WalkOrder order;
  private @Nullable String nextGone;
  private String goneFolder = "";
  private Members current;

  /** An archive of which one member is looked at before it is taken. */
  private static final class Side {
    private final Members archive;
    private @Nullable Member ahead;
    private boolean taken = true;

    Side(Members archive) {
      this.archive = archive;
    }

    /** The member that stands next; null at the end. What is left of the one before is skipped. */
    @Nullable Member peek() throws IOException {
      if (taken) {
        ahead = archive.next();
        taken = false;
      }
      return ahead;
    }

    void take() {
      taken = true;
    }
  }

  /**
   * Reads the names of what is gone from the member that lists them. Not safe for concurrent use.
   */
  static final class GoneNames implements Closeable {
    /** Longer than any path can be. */
    private static final int LONGEST = 1 << 16;

    private final Members archive;
    private final byte[] buffer = new byte[Archive.BLOCK];
    private int at;
    private int filled;

    /**
     * @param archive stands at that member
     */
    GoneNames(Members archive) {
      this.archive = archive;
    }

    @Nullable String next() throws IOException {
      StringBuilder name = new StringBuilder();
      while (true) {
        if (at == filled) {
          at = 0;
          filled = archive.read(buffer);
          if (filled == 0) {
            if (name.length() > 0) {
              throw archive.refuse(VersionHead.GONE, "ends within a name");
            }
            return null;
          }
        }
        char c = (char) (buffer[at++] & 0xff);
        if (c == '\0') {
          return name.toString();
        }
        if (name.append(c).length() > LONGEST) {
          throw archive.refuse(VersionHead.GONE, "has a name that is too long");
        }
      }
    }

    @Override
    public void close() throws IOException {
      archive.close();
    }
  }

  /**
   * @param base stands after its head
   * @param difference stands after its list of what is gone
   */
  MergedArchive(Members base, Members difference, GoneNames gone, WalkOrder order)
      throws IOException {
    this.base = new Side(base);
    this.difference = new Side(difference);
    this.gone = gone;
    this.order = order;
    this.current = base;
    this.nextGone = gone.next();
  }

  @Override
  public @Nullable Member next() throws IOException {
    while (true) {
      Member old = base.peek();
      Member changed = difference.peek();
      if (old == null && changed == null) {
        checkEnd();
        return null;
      }
      int which = side(old, changed);
      boolean isGone = which <= 0 && old != null && isGone(old.name());
      if (which <= 0) {
        base.take();
      }
      if (which >= 0) {
        difference.take();
        current = difference.archive;
        return changed;
      }
      if (!isGone) {
        current = base.archive;
        return old;
      }
    }
  }

  /** Which one comes first: below zero for version 0's; zero for two of the same name. */
  private int side(@Nullable Member old, @Nullable Member changed) {
    if (old == null || changed == null) {
      return old == null ? 1 : -1;
    }
    return order.compare(old.name(), changed.name());
  }

  private boolean isGone(String name) throws IOException {
    if (!goneFolder.isEmpty() && WalkOrder.isAtOrBelow(name, goneFolder)) {
      return true;
    }
    String listed = nextGone;
    if (listed == null || order.compare(listed, name) > 0) {
      return false;
    }
    if (!listed.equals(name)) {
      throw unknown(listed);
    }
    goneFolder = listed;
    nextGone = gone.next();
    return true;
  }

  private void checkEnd() {
    if (nextGone != null) {
      throw unknown(nextGone);
    }
  }

  private IntegrityException unknown(String listed) {
    return gone.archive.refuse(
        VersionHead.GONE,
        "lists '" + RawNames.show(listed) + "', which version 0 does not have there");
  }

  @Override
  public int read(byte[] bytes) throws IOException {
    return current.read(bytes);
  }

  @Override
  public IntegrityException refuse(String member, String why) {
    return current.refuse(member, why);
  }

  @Override
  public IntegrityException refuse(String why) {
    return difference.archive.refuse(why);
  }

  @Override
  public void close() throws IOException {
    try {
      base.archive.close();
    } finally {
      try {
        difference.archive.close();
      } finally {
        gone.close();
      }
    }
  }
}
