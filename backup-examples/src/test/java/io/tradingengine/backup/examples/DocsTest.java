package io.tradingengine.backup.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tradingengine.backup.BackupConfig;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documentation shows works: links lead somewhere, configurations load, Java compiles. */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern SECTION = Pattern.compile("(?ms)^([a-z]+):.*?(?=^[a-z]|\\z)");

  /** What stands in for the sections that a part of a configuration leaves out. */
  private static final String REST =
      """
      name: docs
      sources: [{type: files, paths: [/srv]}]
      encryption: {type: openpgp, recipients: [public.asc]}
      destinations: [{type: local, path: /srv}]
      """;

  private static final String PROGRAM =
      """
      import io.tradingengine.backup.*;
      import io.tradingengine.backup.s3.*;
      import java.nio.file.Path;
      class %s {
        static final org.slf4j.Logger log = org.slf4j.LoggerFactory.getLogger("docs");
        void run(%s) throws Exception {
          %s
        }
      }
      """;

  @TempDir Path folder;

  static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> papers = Files.list(ROOT)) {
      return Stream.concat(docs, papers)
          .filter(path -> path.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyLinkLeadsSomewhere(Path document) throws IOException {
    String text = BLOCK.matcher(Files.readString(document)).replaceAll("");
    for (MatchResult link : LINK.matcher(text).results().toList()) {
      String target = link.group(1);
      if (!target.contains("://")) {
        assertThat(leadsSomewhere(document, target)).as(target).isTrue();
      }
    }
  }

  private static boolean leadsSomewhere(Path document, String target) throws IOException {
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
    return Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
  }

  /** As GitHub makes them: a doubled one is numbered. */
  private static List<String> anchors(Path document) throws IOException {
    List<String> anchors = new ArrayList<>();
    String text = BLOCK.matcher(Files.readString(document)).replaceAll("");
    for (MatchResult heading : HEADING.matcher(text).results().toList()) {
      String anchor =
          heading
              .group(1)
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .replace(' ', '-');
      String free = anchor;
      for (int number = 1; anchors.contains(free); number++) {
        free = anchor + "-" + number;
      }
      anchors.add(free);
    }
    return anchors;
  }

  @Test
  void everyConfigurationLoads() throws IOException {
    List<String> configurations = blocks("yaml");
    assertThat(configurations).isNotEmpty();
    for (String shown : configurations) {
      Map<String, String> sections = sections(REST);
      sections.putAll(sections(shown));
      Path file =
          Files.writeString(folder.resolve("backup.yaml"), String.join("", sections.values()));
      assertThatCode(() -> BackupConfig.load(file)).as(shown).doesNotThrowAnyException();
    }
  }

  private static Map<String, String> sections(String yaml) {
    Map<String, String> sections = new LinkedHashMap<>();
    SECTION.matcher(yaml).results().forEach(each -> sections.put(each.group(1), each.group()));
    return sections;
  }

  @Test
  void everyJavaSnippetCompiles() throws IOException {
    List<JavaFileObject> programs = new ArrayList<>();
    for (String snippet : blocks("java")) {
      String parameters = snippet.contains("BackupConfig config") ? "" : "BackupConfig config";
      String name = "Snippet" + programs.size();
      programs.add(new Program(name, PROGRAM.formatted(name, parameters, snippet)));
    }
    assertThat(programs).isNotEmpty();
    StringWriter complaints = new StringWriter();
    List<String> options =
        List.of(
            "-d", folder.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(complaints, null, null, options, null, programs)
            .call();
    assertThat(compiled).as(complaints.toString()).isTrue();
  }

  /** A program that stands in memory. */
  private static final class Program extends SimpleJavaFileObject {
    private final String source;

    Program(String name, String source) {
      super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
      this.source = source;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return source;
    }
  }

  private static List<String> blocks(String language) throws IOException {
    return documents().stream()
        .flatMap(document -> BLOCK.matcher(read(document)).results())
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }

  private static String read(Path document) {
    try {
      return Files.readString(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
