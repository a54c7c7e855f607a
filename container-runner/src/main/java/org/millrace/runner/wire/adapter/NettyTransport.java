package org.millrace.runner.wire.adapter;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.Handshake;
import org.millrace.runner.wire.Transport;

/**
 * Frames over TCP. Thread-safe. A few event loops serve all connections, both sides of each
 * authenticate before the first frame, and host names are looked up apart from them.
 */
public final class NettyTransport implements Transport {

  private static final int BACKLOG = 1_024;

  private final NettySettings settings;
  private final Credential credential;
  private final SecureRandom random = new SecureRandom();
  private final EventLoopGroup loops;
  private final ExecutorService resolver;
  private final ChannelGroup channels =
      new DefaultChannelGroup("millrace", GlobalEventExecutor.INSTANCE, true);
  private final PeerCounts counts;

  public NettyTransport(Credential credential, NettySettings settings) {
    this.credential = Objects.requireNonNull(credential, "credential");
    this.settings = Objects.requireNonNull(settings, "settings");
    counts = new PeerCounts(settings.maxHandshakes());
    loops =
        new MultiThreadIoEventLoopGroup(
            settings.threads(),
            new DefaultThreadFactory("millrace-network", true),
            NioIoHandler.newFactory());
    resolver =
        Executors.newSingleThreadExecutor(new DefaultThreadFactory("millrace-resolver", true));
  }

  @Override
  public Address listen(Address listenAddress, FrameHandler handler) {
    Objects.requireNonNull(handler, "handler");
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channels.add(channel);
                    channel
                        .pipeline()
                        .addLast(PeerHandler.server(newHandshake(), settings, counts, handler));
                  }

                  private Handshake newHandshake() {
                    return Handshake.server(credential, nonce());
                  }
                });
    ChannelFuture bound;
    try {
      bound = bootstrap.bind(listenAddress.host(), listenAddress.port()).awaitUninterruptibly();
    } catch (RejectedExecutionException e) {
      throw closed(e);
    }
    if (!bound.isSuccess()) {
      throw new MillraceException(
          ErrorCode.CONNECTION_FAILED,
          "Cannot listen on %s: %s; give another address, or port 0 for a free one"
              .formatted(listenAddress, bound.cause().getMessage()),
          bound.cause());
    }
    channels.add(bound.channel());
    InetSocketAddress local = (InetSocketAddress) bound.channel().localAddress();
    return new Address(hostToPublish(listenAddress.host(), local.getAddress()), local.getPort());
  }

  @Override
  public CompletableFuture<Connection> connect(Address address, String self, FrameHandler handler) {
    Objects.requireNonNull(handler, "handler");
    Handshake handshake = Handshake.client(credential, self, nonce());
    CompletableFuture<Connection> connection = new CompletableFuture<>();
    try {
      resolver.execute(() -> connect(address, handshake, handler, connection));
    } catch (RejectedExecutionException e) {
      connection.completeExceptionally(closed(e));
    }
    return connection;
  }

  @Override
  public long refusedConnections() {
    return counts.refused();
  }

  /** Sends what is queued on each connection, then closes it; takes a few seconds at the most. */
  @Override
  public void close() {
    resolver.shutdown();
    for (Channel channel : channels) {
      PeerHandler.close(channel);
    }
    boolean inTime =
        channels
            .newCloseFuture()
            .awaitUninterruptibly(2L * settings.closeDeadlineMs(), TimeUnit.MILLISECONDS);
    if (!inTime) {
      channels.close().awaitUninterruptibly(settings.closeDeadlineMs(), TimeUnit.MILLISECONDS);
    }
    loops
        .shutdownGracefully(0, settings.closeDeadlineMs(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(2L * settings.closeDeadlineMs(), TimeUnit.MILLISECONDS);
  }

  private void connect(
      Address address,
      Handshake handshake,
      FrameHandler handler,
      CompletableFuture<Connection> connection) {
    InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
    if (resolved.isUnresolved()) {
      connection.completeExceptionally(
          failed(address, new UnknownHostException("unknown host " + address.host())));
      return;
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectDeadlineMs())
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channels.add(channel);
                    channel
                        .pipeline()
                        .addLast(
                            PeerHandler.client(
                                handshake,
                                address.toString(),
                                settings,
                                counts,
                                handler,
                                connection));
                  }
                });
    try {
      bootstrap
          .connect(resolved)
          .addListener(
              connected -> {
                if (!connected.isSuccess()) {
                  connection.completeExceptionally(failed(address, connected.cause()));
                }
              });
    } catch (RejectedExecutionException e) {
      connection.completeExceptionally(closed(e));
    }
  }

  private byte[] nonce() {
    byte[] nonce = new byte[Handshake.NONCE_BYTES];
    random.nextBytes(nonce);
    return nonce;
  }

  private static String hostToPublish(String wanted, InetAddress bound) {
    if (!bound.isAnyLocalAddress()) {
      return wanted;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new MillraceException(
          ErrorCode.CONNECTION_FAILED,
          "Listens on all addresses but cannot find the name of this host; give it explicitly",
          e);
    }
  }

  private static MillraceException failed(Address address, Throwable cause) {
    return new MillraceException(
        ErrorCode.CONNECTION_FAILED,
        "Cannot connect to %s: %s".formatted(address, cause.getMessage()),
        cause);
  }

  private static MillraceException closed(Throwable cause) {
    return new MillraceException(
        ErrorCode.CONNECTION_FAILED, "This process' transport is closed already", cause);
  }
}
