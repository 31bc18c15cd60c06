package io.tradingengine.backup.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A store of one bucket that does to the letter what S3 documents of conditions, checksums, parts
 * and versions, all of it atomically, and that fails when a test says so. In memory.
 */
final class StrictStore implements AutoCloseable {
  static {
    // Or every answer waits for an acknowledgement, 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

  /** One version of an object, or the mark of its deletion. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Version(
      String id, byte[] bytes, Instant modified, boolean marker, Map<String, String> headers) {
    String etag() {
      return '"' + hex("MD5", bytes) + '"';
    }

    boolean isLocked() {
      String until = headers.get("x-amz-object-lock-retain-until-date");
      return until != null && Instant.parse(until).isAfter(Instant.now());
    }
  }

  /** An upload in parts that is not complete. */
  record Parts(
      String name,
      Instant initiated,
      Map<String, String> headers,
      TreeMap<Integer, byte[]> parts) {}

  /** What a test does to a request before it is answered; true if it answered it itself. */
  interface Fault {
    boolean strikes(HttpExchange exchange) throws IOException;
  }

  private final NavigableMap<String, List<Version>> objects = new TreeMap<>();
  private final Map<String, Parts> uploads = new LinkedHashMap<>();
  private final List<String> requests = new ArrayList<>();
  private final AtomicLong ids = new AtomicLong();
  private final ExecutorService threads = Executors.newFixedThreadPool(24);
  private final HttpServer server;
  private volatile Fault fault = exchange -> false;
  private volatile Fault afterwards = exchange -> false;
  private volatile boolean versioned;
  private volatile boolean conditions = true;
  private volatile boolean times = true;

  StrictStore() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void versioned() {
    versioned = true;
  }

  /** Ignores conditions, as stores do that have never heard of them. */
  void ignoreConditions() {
    conditions = false;
  }

  /** Strikes when a request was done, but before it is answered: the answer is lost. */
  void afterwards(Fault fault) {
    this.afterwards = fault;
  }

  /** Does not say when an object was written. */
  void hideTimes() {
    times = false;
  }

  void fault(Fault fault) {
    this.fault = fault;
  }

  synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  /** The newest version of each object. */
  synchronized Map<String, Version> objects() {
    Map<String, Version> newest = new TreeMap<>();
    objects.forEach((name, versions) -> newest.put(name, versions.get(versions.size() - 1)));
    newest.values().removeIf(Version::marker);
    return newest;
  }

  synchronized List<Version> versions(String name) {
    return List.copyOf(objects.getOrDefault(name, List.of()));
  }

  synchronized Map<String, Parts> uploads() {
    return Map.copyOf(uploads);
  }

  /** An upload that somebody began at that time and never ended. */
  synchronized void leaveUpload(String name, Instant initiated) {
    uploads.put(
        "left-" + ids.incrementAndGet(), new Parts(name, initiated, Map.of(), new TreeMap<>()));
  }

  /** Puts a version as somebody else would. */
  synchronized void putVersion(String name, byte[] bytes, boolean marker) {
    add(name, new Version(nextId(), bytes, Instant.now(), marker, Map.of()));
  }

  private String nextId() {
    return "v" + ids.incrementAndGet();
  }

  private void add(String name, Version version) {
    List<Version> versions = objects.computeIfAbsent(name, any -> new ArrayList<>());
    if (!versioned) {
      versions.clear();
    }
    versions.add(version);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      synchronized (this) {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
      }
      if (!fault.strikes(exchange)) {
        byte[] body = StrictBodies.read(exchange);
        StrictAnswer answer;
        synchronized (this) {
          answer = answer(exchange, body);
        }
        if (!afterwards.strikes(exchange)) {
          send(exchange, answer);
        }
      }
    }
  }

  static void send(HttpExchange exchange, StrictAnswer answer) throws IOException {
    answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(answer.body().length));
    }
    exchange.sendResponseHeaders(
        answer.status(), head || answer.body().length == 0 ? -1 : answer.body().length);
    if (!head) {
      OutputStream out = exchange.getResponseBody();
      out.write(answer.body());
    }
  }

  private StrictAnswer answer(HttpExchange exchange, byte[] body) {
    String path = exchange.getRequestURI().getPath();
    int slash = path.indexOf('/', 1);
    String name = slash < 0 ? "" : path.substring(slash + 1);
    Map<String, String> query = query(exchange.getRequestURI());
    Map<String, String> headers = new TreeMap<>();
    exchange
        .getRequestHeaders()
        .forEach(
            (header, values) ->
                headers.put(header.toLowerCase(java.util.Locale.ROOT), values.get(0)));
    if (body == null) {
      return StrictAnswer.error(400, "BadDigest", "a checksum does not match");
    }
    return switch (exchange.getRequestMethod()) {
      case "PUT" ->
          query.containsKey("partNumber") ? part(query, body, headers) : put(name, body, headers);
      case "POST" ->
          query.containsKey("uploads")
              ? create(name, headers)
              : complete(name, query.get("uploadId"), headers);
      case "DELETE" ->
          query.containsKey("uploadId")
              ? abort(query.get("uploadId"))
              : delete(name, query.get("versionId"));
      case "GET", "HEAD" -> get(name, query, headers);
      default -> StrictAnswer.error(501, "NotImplemented", "no such method");
    };
  }

  private StrictAnswer put(String name, byte[] body, Map<String, String> headers) {
    String sent = headers.get("x-amz-checksum-sha256");
    String actual = base64("SHA-256", body);
    String md5 = headers.get("content-md5");
    if ((sent != null && !sent.equals(actual))
        || (md5 != null && !md5.equals(base64("MD5", body)))) {
      return StrictAnswer.error(400, "BadDigest", "the checksum does not match");
    }
    return refused(name, headers)
        ? StrictAnswer.error(412, "PreconditionFailed", "a condition did not hold")
        : store(name, body, headers, sent == null ? null : actual);
  }

  private boolean refused(String name, Map<String, String> headers) {
    Version now = objects().get(name);
    String match = headers.get("if-match");
    return conditions
        && ((headers.containsKey("if-none-match") && now != null)
            || (match != null && (now == null || !now.etag().equals(match))));
  }

  private StrictAnswer store(
      String name, byte[] body, Map<String, String> headers, String checksum) {
    Version version = new Version(nextId(), body, Instant.now(), false, headers);
    add(name, version);
    StrictAnswer answer = StrictAnswer.ok("").with("ETag", version.etag());
    if (checksum != null) {
      answer = answer.with("x-amz-checksum-sha256", checksum);
    }
    return versioned ? answer.with("x-amz-version-id", version.id()) : answer;
  }

  private StrictAnswer create(String name, Map<String, String> headers) {
    String id = "upload-" + ids.incrementAndGet();
    uploads.put(id, new Parts(name, Instant.now(), headers, new TreeMap<>()));
    return StrictAnswer.ok(
        "<InitiateMultipartUploadResult><UploadId>"
            + id
            + "</UploadId></InitiateMultipartUploadResult>");
  }

  private StrictAnswer part(Map<String, String> query, byte[] body, Map<String, String> headers) {
    Parts upload = uploads.get(query.get("uploadId"));
    if (upload == null) {
      return StrictAnswer.error(404, "NoSuchUpload", "no such upload");
    }
    String sent = headers.get("x-amz-checksum-sha256");
    if (sent != null && !sent.equals(base64("SHA-256", body))) {
      return StrictAnswer.error(400, "BadDigest", "the checksum does not match");
    }
    upload.parts().put(Integer.valueOf(query.get("partNumber")), body);
    StrictAnswer answer = StrictAnswer.ok("").with("ETag", '"' + hex("MD5", body) + '"');
    return sent == null ? answer : answer.with("x-amz-checksum-sha256", sent);
  }

  private StrictAnswer complete(String name, String id, Map<String, String> headers) {
    Parts upload = uploads.get(id);
    if (upload == null) {
      return StrictAnswer.error(404, "NoSuchUpload", "no such upload");
    }
    if (refused(name, headers)) {
      return StrictAnswer.error(412, "PreconditionFailed", "a condition did not hold");
    }
    uploads.remove(id);
    int length = upload.parts().values().stream().mapToInt(part -> part.length).sum();
    byte[] whole = new byte[length];
    int at = 0;
    for (byte[] part : upload.parts().values()) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    store(name, whole, upload.headers(), null);
    return StrictAnswer.ok(
        "<CompleteMultipartUploadResult><ETag>\"x-"
            + upload.parts().size()
            + "\"</ETag></CompleteMultipartUploadResult>");
  }

  private StrictAnswer abort(String id) {
    return uploads.remove(id) == null
        ? StrictAnswer.error(404, "NoSuchUpload", "no such upload")
        : StrictAnswer.empty(204);
  }

  private StrictAnswer delete(String name, String versionId) {
    List<Version> versions = objects.getOrDefault(name, List.of());
    if (versionId != null) {
      if (versions.stream().anyMatch(each -> each.id().equals(versionId) && each.isLocked())) {
        return StrictAnswer.error(
            403, "AccessDenied", "Access Denied because object protected by object lock.");
      }
      versions.removeIf(each -> each.id().equals(versionId));
      if (versions.isEmpty()) {
        objects.remove(name);
      }
    } else if (versioned) {
      putVersion(name, new byte[0], true);
    } else {
      objects.remove(name);
    }
    return StrictAnswer.empty(204);
  }

  private StrictAnswer get(String name, Map<String, String> query, Map<String, String> headers) {
    if (name.isEmpty()) {
      return StrictLists.answer(query, objects(), objects, uploads);
    }
    List<Version> versions = objects.getOrDefault(name, List.of());
    String id = query.get("versionId");
    Version found =
        id == null
            ? objects().get(name)
            : versions.stream().filter(each -> each.id().equals(id)).findFirst().orElse(null);
    if (found == null) {
      return StrictAnswer.error(404, "NoSuchKey", "no such key");
    }
    if (query.containsKey("retention")) {
      String until = found.headers().get("x-amz-object-lock-retain-until-date");
      return until == null
          ? StrictAnswer.error(404, "NoSuchObjectLockConfiguration", "not locked")
          : StrictAnswer.ok(
              "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>"
                  + until
                  + "</RetainUntilDate></Retention>");
    }
    StrictAnswer answer = range(found, headers.get("range")).with("ETag", found.etag());
    return times ? answer.with("Last-Modified", HTTP_DATE.format(found.modified())) : answer;
  }

  private static StrictAnswer range(Version version, String range) {
    byte[] bytes = version.bytes();
    if (range == null) {
      return new StrictAnswer(200, Map.of(), bytes);
    }
    String[] ends = range.substring("bytes=".length()).split("-", -1);
    long from = Long.parseLong(ends[0]);
    if (from >= bytes.length) {
      return StrictAnswer.error(416, "InvalidRange", "past the end");
    }
    long to =
        ends[1].isEmpty() ? bytes.length : Math.min(bytes.length, Long.parseLong(ends[1]) + 1);
    return new StrictAnswer(206, Map.of(), Arrays.copyOfRange(bytes, (int) from, (int) to))
        .with("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + bytes.length);
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> found = new TreeMap<>();
    if (uri.getRawQuery() != null) {
      for (String each : uri.getRawQuery().split("&", -1)) {
        String[] parts = each.split("=", 2);
        found.put(
            parts[0], parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
    }
    return found;
  }

  static String hex(String algorithm, byte[] bytes) {
    return HexFormat.of().formatHex(digest(algorithm, bytes));
  }

  static String base64(String algorithm, byte[] bytes) {
    return Base64.getEncoder().encodeToString(digest(algorithm, bytes));
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
