package io.tradingengine.backup.core.redis.wire;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.CommandEncoder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.tradingengine.backup.Redis.TlsMode;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections through lettuce, which knows TLS, ACL users and unix sockets, and takes them
 * over once they are logged in. Keeps a few threads until it is closed. Thread-safe.
 */
public final class RedisConnector implements Closeable {
  private static final int SMALLEST_READ = 1 << 12;
  private static final int FIRST_READ = 1 << 16;
  private static final int LARGEST_READ = 1 << 20;

  private final RedisAccess access;
  private final AtomicReference<@Nullable Opened> newest = new AtomicReference<>();
  private final ClientResources resources;
  private final RedisClient client;
  private final List<RedisLink> links = new ArrayList<>();

  /** A channel that lettuce has made, and its TLS handshake if it has one. */
  private record Opened(Channel channel, @Nullable Future<Channel> handshake) {}

  public RedisConnector(RedisAccess access) {
    this.access = access;
    this.resources =
        DefaultClientResources.builder()
            .commandLatencyRecorder(CommandLatencyRecorder.disabled())
            .nettyCustomizer(
                new NettyCustomizer() {
                  @Override
                  public void afterChannelInitialized(Channel channel) {
                    SslHandler tls = channel.pipeline().get(SslHandler.class);
                    newest.set(new Opened(channel, tls == null ? null : tls.handshakeFuture()));
                  }
                })
            .build();
    this.client = RedisClient.create(resources);
  }

  /**
   * Connects and logs in. Sends nothing that needs a privilege.
   *
   * @throws RedisReplyException if the server refuses the login
   * @throws IOException if there is no such server, or TLS does not come about; the message says
   *     why
   */
  public synchronized RedisLink connect(RedisAddress address) throws IOException {
    client.setOptions(options());
    try {
      // The slimmest connection that lettuce makes, to whichever server: building the commands of
      // the others, which nobody is going to use, takes a second of a fresh JVM.
      client.connectSentinel(uri(address));
    } catch (RedisException e) {
      throw refused(address, e);
    }
    Opened opened = newest.getAndSet(null);
    if (opened == null) {
      throw new IOException("lettuce made no channel to " + address);
    }
    awaitTls(address, opened);
    RedisLink link = takeOver(address, opened.channel());
    links.add(link);
    return link;
  }

  /** Where there was no login, lettuce does not wait for TLS. */
  private void awaitTls(RedisAddress address, Opened opened) throws IOException {
    Future<Channel> handshake = opened.handshake();
    if (handshake == null) {
      return;
    }
    handshake.awaitUninterruptibly(access.timeout().toMillis());
    if (!handshake.isSuccess()) {
      var unused = opened.channel().close();
      Throwable cause = handshake.cause();
      throw new IOException(
          "TLS with Redis at "
              + address
              + " did not come about: "
              + (cause == null ? "the server is silent" : cause.getMessage()),
          cause);
    }
  }

  private RedisLink takeOver(RedisAddress address, Channel channel) throws IOException {
    Inbound inbound = new Inbound(channel);
    ChannelHandlerContext encoder = channel.pipeline().context(CommandEncoder.class);
    if (encoder == null) {
      var unused = channel.close();
      throw new IOException("Redis at " + address + " closed the connection at once");
    }
    channel
        .config()
        .setRecvByteBufAllocator(
            new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ));
    channel.pipeline().addBefore(encoder.name(), "backup", inbound);
    if (!channel.isActive()) {
      inbound.discard();
    }
    return new RedisLink(address, channel, inbound, access.timeout());
  }

  private ClientOptions options() {
    ClientOptions.Builder options =
        ClientOptions.builder()
            .autoReconnect(false)
            .pingBeforeActivateConnection(false)
            .protocolVersion(ProtocolVersion.RESP2)
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .socketOptions(
                SocketOptions.builder().connectTimeout(access.timeout()).keepAlive(true).build());
    RedisAccess.Tls tls = access.tls();
    if (tls.mode() != TlsMode.DISABLE) {
      SslOptions.Builder ssl =
          SslOptions.builder().jdkSslProvider().handshakeTimeout(access.timeout());
      tls.authorities().ifPresent(file -> ssl.trustManager(file.toFile()));
      tls.certificate()
          .ifPresent(
              certificate ->
                  ssl.keyManager(
                      certificate.toFile(), tls.key().orElse(certificate).toFile(), null));
      options.sslOptions(ssl.build());
    }
    return options.build();
  }

  private RedisURI uri(RedisAddress address) {
    RedisURI.Builder builder =
        address instanceof RedisAddress.Tcp tcp
            ? RedisURI.Builder.redis(tcp.host(), tcp.port())
            : RedisURI.Builder.socket(address.toString());
    builder.withTimeout(access.timeout());
    access
        .password()
        .get()
        .ifPresent(
            password -> {
              if (access.user().isPresent()) {
                builder.withAuthentication(access.user().get(), password.toCharArray());
              } else {
                builder.withPassword(password.toCharArray());
              }
            });
    if (access.tls().mode() != TlsMode.DISABLE) {
      builder.withSsl(true).withVerifyPeer(verification(access.tls().mode()));
    }
    RedisURI uri = builder.build();
    // Neither is needed, and servers before 7.2 answer with an error.
    uri.setLibraryName("");
    uri.setLibraryVersion("");
    return uri;
  }

  private static SslVerifyMode verification(TlsMode mode) {
    return switch (mode) {
      case VERIFY_FULL -> SslVerifyMode.FULL;
      case VERIFY_CA -> SslVerifyMode.CA;
      default -> SslVerifyMode.NONE;
    };
  }

  private static IOException refused(RedisAddress address, RedisException e) {
    Throwable root = e;
    while (true) {
      if (root instanceof RedisCommandExecutionException && root.getMessage() != null) {
        return new RedisReplyException(address.toString(), "the login", root.getMessage());
      }
      if (root.getCause() == null || root.getCause() == root) {
        break;
      }
      root = root.getCause();
    }
    String reason = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return new IOException("Redis at " + address + " cannot be reached: " + reason, e);
  }

  /** Ends all connections and threads, of an interrupted thread, too. */
  @Override
  public synchronized void close() {
    links.forEach(RedisLink::release);
    links.clear();
    // lettuce throws at once if the thread is interrupted, and leaves its own threads behind.
    boolean interrupted = Thread.interrupted();
    try {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    } catch (RedisCommandInterruptedException e) {
      interrupted = true;
    } finally {
      resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
