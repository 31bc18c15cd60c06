package io.tradingengine.backup.core.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.tradingengine.backup.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads a configuration file into plain values. Refuses doubled keys and a second document. */
final class YamlReader {
  private static final int DEEPEST = 20;

  private YamlReader() {}

  @SuppressWarnings("unchecked")
  static Map<String, Object> read(Path file) throws IOException {
    YAMLFactory factory =
        YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();
    ObjectMapper mapper =
        new ObjectMapper(factory).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    String text = Files.readString(file);
    if (text.isBlank()) {
      throw new InvalidConfigException(List.of(file + ": is empty"));
    }
    try {
      return mapper.readValue(text, Map.class);
    } catch (MismatchedInputException e) {
      throw problem(file, "is not a mapping of keys to values", e);
    } catch (JsonProcessingException e) {
      throw problem(file, e.getOriginalMessage().lines().findFirst().orElse("is not YAML"), e);
    }
  }

  /** Says where, and never shows the line itself: it may hold a password. */
  private static InvalidConfigException problem(
      Path file, String reason, JsonProcessingException e) {
    var location = e instanceof JsonMappingException ? null : e.getLocation();
    String place = location == null ? "" : " (line " + location.getLineNr() + ")";
    return new InvalidConfigException(List.of(file + place + ": " + reason));
  }
}
