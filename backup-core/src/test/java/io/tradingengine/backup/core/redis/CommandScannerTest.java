package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandScannerTest {

  private static String command(String... words) {
    StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return text.toString();
  }

  private static final List<String> STREAM =
      List.of(
          command("SELECT", "0"),
          command("SET", "a*1\r\n$4\r\nEXEC", "\r\n*3\r\n"),
          "\n",
          "PING\r\n",
          command("MULTI") + command("SET", "b", "2") + command("PING") + command("EXEC"),
          command("REPLCONF", "GETACK", "*"),
          command("SET", "empty", ""));

  @Test
  void boundariesAreWhereCommandsOutsideTransactionsEnd() throws IOException {
    byte[] all = String.join("", STREAM).getBytes(ISO_8859_1);
    List<Long> ends = new ArrayList<>();
    long end = 0;
    for (String each : STREAM) {
      end += each.length();
      ends.add(end);
    }
    CommandScanner scanner = new CommandScanner();
    long expected = 0;
    for (int i = 0; i < all.length; i++) {
      scanner.scan(ByteBuffer.wrap(all, i, 1));
      long at = i + 1L;
      // A line feed alone, and the one that ends a carriage return, are commands of nothing.
      expected = ends.contains(at) ? at : expected;
      assertThat(scanner.consumed()).isEqualTo(at);
      assertThat(scanner.boundary()).as("after byte " + i).isEqualTo(expected);
    }
  }

  @Test
  void piecesMayBeCutAnywhere() throws IOException {
    byte[] all = String.join("", STREAM).getBytes(ISO_8859_1);
    for (int cut = 0; cut <= all.length; cut++) {
      CommandScanner scanner = new CommandScanner();
      scanner.scan(ByteBuffer.wrap(all, 0, cut));
      scanner.scan(ByteBuffer.wrap(all, cut, all.length - cut));
      assertThat(scanner.boundary()).isEqualTo(all.length);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*2\r\n+OK\r\n",
        "*x\r\n",
        "*\r\n",
        "*-1\r\n",
        "*99999999999999\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$99999999999999999\r\n",
        "\u0000",
        "$3\r\nSET\r\n"
      })
  void somethingElseIsRefused(String text) {
    assertThatThrownBy(() -> new CommandScanner().scan(ByteBuffer.wrap(text.getBytes(ISO_8859_1))))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the command stream has");
  }
}
