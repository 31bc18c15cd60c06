package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.redis.wire.RedisConnector;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.RedisReplyException;
import io.tradingengine.backup.core.redis.wire.Reply;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells the server that is restored what to do, and remembers what has to be undone. Used by one
 * thread.
 */
final class TargetControl implements Closeable {
  private final RedisConnector connector;
  private final RedisAddress address;

  /** Settings that were changed for the time: what they were, and what they were set to. */
  private final Map<String, Borrowed> borrowed = new LinkedHashMap<>();

  private @Nullable RedisLink link;
  private @Nullable Master master;

  private record Borrowed(String before, String now) {}

  /** Whom it was told to follow. */
  private record Master(String host, int port) {
    boolean isOf(ServerFacts facts) {
      return facts.isReplica()
          && facts.field("master_host").equals(Optional.of(host))
          && facts.field("master_port").equals(Optional.of(Integer.toString(port)));
    }
  }

  TargetControl(RedisConnector connector, RedisAddress address) {
    this.connector = connector;
    this.address = address;
  }

  RedisAddress address() {
    return address;
  }

  private RedisLink link() throws IOException {
    RedisLink open = link;
    if (open == null) {
      open = connector.connect(address);
      link = open;
    }
    return open;
  }

  private interface Question<T> {
    T ask(RedisLink link) throws IOException, InterruptedException;
  }

  /** Asks; a connection that has failed is not used again, as an old answer may come on it. */
  private <T> T ask(Question<T> question) throws IOException, InterruptedException {
    try {
      return question.ask(link());
    } catch (RedisReplyException e) {
      throw e;
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /** Where this process is, seen from the server. */
  InetAddress localAddress() throws IOException {
    return link()
        .localAddress()
        .map(InetSocketAddress::getAddress)
        .orElse(InetAddress.getLoopbackAddress());
  }

  /** Where the server is, seen from this process. */
  InetAddress serverAddress() throws IOException {
    return link()
        .remoteAddress()
        .map(InetSocketAddress::getAddress)
        .orElse(InetAddress.getLoopbackAddress());
  }

  ServerFacts facts() throws IOException, InterruptedException {
    return ask(ServerFacts::of);
  }

  /**
   * Changes a setting until {@link #giveBack()}.
   *
   * @return whether it has that value now; false if the user may not change it
   */
  boolean borrow(String name, String value) throws IOException, InterruptedException {
    Optional<String> before = ask(open -> ServerConfiguration.get(open, name));
    if (before.isEmpty() || before.get().equals(value)) {
      return before.isPresent();
    }
    borrowed.put(name, new Borrowed(before.get(), value));
    if (ask(open -> open.ask("CONFIG", "SET", name, value)) instanceof Reply.Failure) {
      borrowed.remove(name);
      return false;
    }
    return true;
  }

  /** Makes it a replica of what listens there. */
  void follow(String host, int port) throws IOException, InterruptedException {
    master = new Master(host, port);
    ask(open -> open.call("REPLICAOF", host, Integer.toString(port)));
  }

  /** Whether it is the replica that it was made. */
  boolean follows(ServerFacts facts) {
    return master != null && master.isOf(facts);
  }

  /** Makes it a master again, unless somebody else has told it to follow another. */
  void promote() throws IOException, InterruptedException {
    if (master != null && master.isOf(facts())) {
      ask(open -> open.call("REPLICAOF", "NO", "ONE"));
    }
    master = null;
  }

  /** Sets the settings as they were, unless somebody has changed them meanwhile. */
  void giveBack() throws IOException, InterruptedException {
    for (Map.Entry<String, Borrowed> each : borrowed.entrySet()) {
      String name = each.getKey();
      Optional<String> current = ask(open -> ServerConfiguration.get(open, name));
      if (current.equals(Optional.of(each.getValue().now()))) {
        ask(open -> open.call("CONFIG", "SET", name, each.getValue().before()));
      }
    }
    borrowed.clear();
  }

  /**
   * Makes it a master again with its own settings, on a fresh connection.
   *
   * @throws IOException if it could not be; the message says what to tell it by hand
   */
  void release() throws IOException {
    if (master == null && borrowed.isEmpty()) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      close();
      promote();
      giveBack();
    } catch (IOException e) {
      throw new IOException(byHand() + " (" + e.getMessage() + ")", e);
    } catch (InterruptedException e) {
      interrupted = true;
      throw new IOException(byHand(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private String byHand() {
    StringBuilder text = new StringBuilder();
    text.append("Redis at ").append(address).append(" could not be told to be as it was before");
    text.append(": if it still runs, tell it REPLICAOF NO ONE");
    for (Map.Entry<String, Borrowed> each : borrowed.entrySet()) {
      boolean secret =
          each.getKey().equals(RestoreTarget.MASTER_PASSWORD)
              && !each.getValue().before().isEmpty();
      String before = secret ? "<its password>" : '"' + each.getValue().before() + '"';
      text.append(", CONFIG SET ").append(each.getKey()).append(' ').append(before);
    }
    return text.toString();
  }

  /** Ends the connection; the next question opens another. */
  @Override
  public void close() {
    RedisLink open = link;
    link = null;
    if (open != null) {
      open.close();
    }
  }
}
