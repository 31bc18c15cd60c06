package io.tradingengine.backup.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class DemoIT {

  @Test
  void whatIsRestoredEqualsWhatWasThere() throws Exception {
    StringWriter out = new StringWriter();

    boolean same =
        new Demo(new PrintWriter(out, true), event -> {}, new Demo.Options(5000, false)).run();

    assertThat(out.toString())
        .contains(
            "5000 trades",
            "2027 keys",
            " apart",
            "compressed and encrypted",
            "safe in the repository with all that it needs",
            "the archive has the disaster, too",
            "everything but the repository and the secret key is gone",
            "recovered, and takes writes",
            "0 differences",
            "0 positions unlike the sum of their trades",
            "0 counts in Redis unlike the trades in PostgreSQL",
            "PASSED")
        .doesNotContain("DIFFERENT", "ERROR");
    assertThat(same).isTrue();
  }
}
