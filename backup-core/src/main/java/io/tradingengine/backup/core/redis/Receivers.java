package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.rdb.RdbKey;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The connections to all servers that take keys, and which of them takes which. */
final class Receivers implements Closeable {
  private final List<RedisLink> links = new ArrayList<>();
  private final List<KeySender> senders = new ArrayList<>();

  /** For each slot the number of its server; all 0 without a cluster. */
  private final int[] servers = new int[Node.Slots.ALL];

  private Receivers() {}

  static Receivers connect(List<RestoreTarget> targets, Connections connections)
      throws IOException {
    Receivers receivers = new Receivers();
    try {
      for (RestoreTarget target : targets) {
        receivers.add(target, connections.servers().connect(target.address()));
      }
      return receivers;
    } catch (IOException e) {
      receivers.close();
      throw e;
    }
  }

  private void add(RestoreTarget target, RedisLink link) {
    for (Node.Slots slots : target.node().slots()) {
      for (int slot = slots.first(); slot <= slots.last(); slot++) {
        servers[slot] = links.size();
      }
    }
    links.add(link);
    senders.add(new KeySender(link));
  }

  List<KeySender> senders() {
    return List.copyOf(senders);
  }

  KeySender senderOf(RdbKey key) {
    return senders.size() == 1 ? senders.get(0) : senders.get(servers[HashSlot.of(key.name())]);
  }

  /** Removes what those hold that hold anything. */
  void empty(List<RestoreTarget> targets) throws IOException, InterruptedException {
    for (int i = 0; i < links.size(); i++) {
      RestoreTarget target = targets.get(i);
      if (target.facts().keys() > 0) {
        links.get(i).call("FLUSHALL", "ASYNC");
      }
      if (target.functionLibraries() > 0) {
        links.get(i).call("FUNCTION", "FLUSH");
      }
    }
  }

  /** Loads a library of functions everywhere; to be called before any key is sent. */
  void load(String code) throws IOException, InterruptedException {
    for (int i = 0; i < links.size(); i++) {
      senders.get(i).finish();
      links.get(i).call("FUNCTION", "LOAD", "REPLACE", code);
    }
  }

  /** Waits until all is taken. */
  void finish() throws IOException, InterruptedException {
    for (KeySender sender : senders) {
      sender.finish();
    }
  }

  @Override
  public void close() {
    links.forEach(RedisLink::close);
  }
}
