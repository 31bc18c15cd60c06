package io.tradingengine.backup.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExcludesTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          **/*.tmp,     a.tmp,         true
          **/*.tmp,     x/a.tmp,       true
          **/*.tmp,     x/y/a.tmp,     true
          **/*.tmp,     a.tmpl,        false
          *.tmp,        a.tmp,         true
          *.tmp,        x/a.tmp,       false
          a/**/b,       a/b,           true
          a/**/b,       a/x/y/b,       true
          a/**/b,       a/xb,          false
          **/**/b,      b,             true
          **/a/**/b,    a/b,           true
          **/a/**/b,    x/a/y/b,       true
          cache,        cache,         true
          cache,        x/cache,       false
          logs/**,      logs,          false
          logs/**,      logs/a/b,      true
          '{a,b}.conf', b.conf,        true
          """)
  void patternsMatchThePathBelowTheRoot(String pattern, String path, boolean matches) {
    assertThat(Excludes.parse(List.of(pattern)).match(Path.of(path))).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/x", "cache/"})
  void aPatternThatCouldNeverMatchIsRefused(String pattern) {
    assertThatThrownBy(() -> Excludes.parse(List.of(pattern)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + pattern + "' never matches");
  }

  @Test
  void whatIsNoGlobIsRefused() {
    assertThatThrownBy(() -> Excludes.parse(List.of("a[")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a[' is not a glob");
  }
}
