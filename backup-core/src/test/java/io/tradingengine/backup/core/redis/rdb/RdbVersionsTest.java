package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.tradingengine.backup.core.redis.rdb.RdbVersions.Reads;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RdbVersionsTest {
  @ParameterizedTest
  @CsvSource({
    "6.2.6, REDIS, 9",
    "7.0.15, REDIS, 10",
    "7.2.4, REDIS, 11",
    "7.4.1, REDIS, 12",
    "8.0.0, REDIS, 12",
    "8.2.1, REDIS, 12",
    "8.4.0, REDIS, 12",
    "8.6.1, REDIS, 13",
    "8.8.0, REDIS, 14",
    "7.2.5, VALKEY, 11",
    "8.1.3, VALKEY, 11",
    "9.0.0, VALKEY, 80",
    "9.1.0-rc1, VALKEY, 80",
  })
  void aServersNewestVersionIsKnown(String server, Flavour flavour, int newest) {
    assertThat(RdbVersions.newestReadBy(server, flavour)).contains(new RdbVersion(newest));
  }

  @ParameterizedTest
  @CsvSource({"8.9.0, REDIS", "9.0.0, REDIS", "255.255.255, REDIS", "9.2.0, VALKEY"})
  void ofANewerServerNothingIsSaid(String server, Flavour flavour) {
    assertThat(RdbVersions.newestReadBy(server, flavour)).isEmpty();
    assertThat(RdbVersions.reads(server, flavour, new RdbVersion(9))).isEqualTo(Reads.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "seven", "7", "7.x", "99999.1", "2.4.0"})
  void ofAVersionWithoutSenseNothingIsSaid(String server) {
    assertThat(RdbVersions.newestReadBy(server, Flavour.REDIS)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "6.2.6, REDIS, 9, YES",
    "6.2.6, REDIS, 10, NO",
    "7.0.15, REDIS, 9, YES",
    "8.1.0, VALKEY, 11, YES",
    "8.1.0, VALKEY, 12, NO",
    "9.0.0, VALKEY, 80, YES",
    "9.0.0, VALKEY, 12, NO",
    "9.9.0, VALKEY, 12, NO",
    "8.8.0, REDIS, 80, NO",
    "8.9.0, REDIS, 80, NO",
  })
  void redisAndValkeyDoNotReadEachOthersNewVersions(
      String server, Flavour flavour, int version, Reads reads) {
    assertThat(RdbVersions.reads(server, flavour, new RdbVersion(version))).isEqualTo(reads);
  }

  @ParameterizedTest
  @CsvSource({"REDIS0009, 9", "REDIS0012, 12", "VALKEY080, 80", "REDIS0005, 5"})
  void aHeaderIsReadAndWritten(String header, int version) throws IOException {
    byte[] bytes = header.getBytes(ISO_8859_1);
    assertThat(RdbVersion.parse(bytes)).isEqualTo(new RdbVersion(version));
    assertThat(new RdbVersion(version).header()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "REDIS0080",
        "VALKEY011",
        "REDIS0000",
        "REDIS-001",
        "REDIS 009",
        "redis0009",
        "VALKEY8.0"
      })
  void anotherHeaderIsRefused(String header) {
    assertThatIOException().isThrownBy(() -> RdbVersion.parse(header.getBytes(ISO_8859_1)));
  }

  @Test
  void whatIsNoRdbIsShown() {
    assertThatIOException()
        .isThrownBy(() -> RdbVersion.parse("\0-ERR no ".getBytes(ISO_8859_1)))
        .withMessage(
            "this is no RDB: it begins with \"\\x00-ERR no \" instead of REDIS or VALKEY and a"
                + " version");
  }
}
