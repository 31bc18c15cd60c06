package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a tree still is what its last version has, and ends at the first difference. Tells
 * what is known of it by then, less in doubt than before.
 */
final class Look implements Pairing.Pairs<Known> {
  private final Comparison comparison;
  private final Renewed renewed;

  /** Takes what is known from now on, path by path. */
  @FunctionalInterface
  interface Renewed {
    void add(Known known) throws IOException;
  }

  /** Ends a walk: the tree is different. */
  static final class Different extends IOException {
    private static final long serialVersionUID = 1L;

    Different(String name) {
      super(RawNames.show(name) + " is different from the last version");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this; // it is no failure
    }
  }

  Look(Comparison comparison, Renewed renewed) {
    this.comparison = comparison;
    this.renewed = renewed;
  }

  @Override
  public void gone(Known known) throws IOException {
    if (known.last() != null) {
      throw new Different(known.name());
    }
    renewed.add(known);
  }

  @Override
  public void met(@Nullable Known known, Found found) throws IOException, InterruptedException {
    if (known == null) {
      throw new Different(found.name());
    }
    Optional<Print> now = comparison.unchanged(known.last(), found);
    if (now.isEmpty()) {
      throw new Different(found.name());
    }
    Print base = known.unchanged() == null ? known.base() : now.get();
    renewed.add(new Known(known.name(), base, now.get()));
  }
}
