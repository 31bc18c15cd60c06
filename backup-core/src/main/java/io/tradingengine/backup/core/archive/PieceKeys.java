package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Source;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the objects of a source's pieces are called: the piece's name below the source's folder, and
 * what the codec and the encryptor add. A large piece is several objects, {@code
 * <name>.000001of000003.zst.gpg}. Immutable.
 *
 * @param root the source's folder, with its slash
 */
public record PieceKeys(String root) {
  private static final Pattern FORM =
      Pattern.compile("(.+?)(?:\\.([0-9]{6})of([0-9]{6}))?((?:\\.(?:zst|gz))?(?:\\.gpg)?)");

  /** The names of a source's pieces. */
  public static PieceKeys of(Source source) {
    return of(source.type(), source.name());
  }

  /** The names of the pieces of a source of that type and name. */
  public static PieceKeys of(String type, String name) {
    String root = type.equals("postgres") ? RepositoryLayout.WAL : RepositoryLayout.CHANGES;
    return new PieceKeys(root + name + "/");
  }

  /** The key of a piece without part and suffixes. */
  String whole(String piece) {
    return root + piece;
  }

  /**
   * The key of a part.
   *
   * @param part counted from 1
   * @param parts how many there are
   */
  public ObjectKey part(String piece, int part, int parts, String suffix) {
    String number = parts == 1 ? "" : String.format(Locale.ROOT, ".%06dof%06d", part, parts);
    return new ObjectKey(root + piece + number + suffix);
  }

  /** The objects of each piece of which there are all parts, in their order, by its name. */
  public NavigableMap<String, List<ObjectKey>> pieces(Collection<ObjectKey> keys) {
    Map<String, Parts> found = new HashMap<>();
    for (ObjectKey key : keys) {
      Matcher name = FORM.matcher(key.value());
      if (key.value().startsWith(root) && name.matches()) {
        int part = name.group(2) == null ? 1 : Integer.parseInt(name.group(2));
        int parts = name.group(3) == null ? 1 : Integer.parseInt(name.group(3));
        found
            .computeIfAbsent(name.group(1).substring(root.length()), piece -> new Parts())
            .add(parts, part, key);
      }
    }
    TreeMap<String, List<ObjectKey>> whole = new TreeMap<>();
    found.forEach((piece, parts) -> parts.whole().ifPresent(list -> whole.put(piece, list)));
    return whole;
  }

  /** The names of all pieces of which there are all parts. */
  NavigableSet<String> names(Collection<ObjectKey> keys) {
    return new TreeSet<>(pieces(keys).keySet());
  }

  /** A piece may be there twice, cut in different ways; one whole set will do. */
  private static final class Parts {
    private final Map<Integer, TreeMap<Integer, ObjectKey>> byCount = new HashMap<>();

    void add(int parts, int part, ObjectKey key) {
      byCount.computeIfAbsent(parts, count -> new TreeMap<>()).putIfAbsent(part, key);
    }

    Optional<List<ObjectKey>> whole() {
      return byCount.entrySet().stream()
          .filter(each -> isWhole(each.getKey(), each.getValue()))
          .map(each -> List.copyOf(each.getValue().values()))
          .findFirst();
    }

    private static boolean isWhole(int count, NavigableMap<Integer, ObjectKey> parts) {
      return parts.size() == count && parts.firstKey() == 1 && parts.lastKey() == count;
    }
  }
}
