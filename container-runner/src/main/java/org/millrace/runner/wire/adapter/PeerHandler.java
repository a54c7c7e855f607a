package org.millrace.runner.wire.adapter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameDecoder;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.Handshake;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection from its first byte to its last. Owned by the event loop of its channel.
 *
 * <pre>
 *  HANDSHAKE --proved--> OPEN --end of stream, fault, own close--> closed, onClosed
 *  HANDSHAKE --not proved, garbage, silence, end of stream--> closed and counted
 * </pre>
 */
final class PeerHandler extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(PeerHandler.class);
  private static final int FIRST_LOGGED = 10;
  private static final int EACH_LOGGED = 1_000;

  private final Handshake handshake;
  private final NettySettings settings;
  private final PeerCounts counts;
  private final FrameHandler handler;

  /** How this side names a peer it connected to, empty when it was connected to. */
  private final Optional<String> dialled;

  private final CompletableFuture<Connection> opened;
  private final FrameDecoder decoder = new FrameDecoder();
  private Future<?> deadline;
  private boolean handshaking;
  private NettyConnection connection;
  private boolean ended;
  private Throwable cause;

  private PeerHandler(
      Handshake handshake,
      Optional<String> dialled,
      NettySettings settings,
      PeerCounts counts,
      FrameHandler handler,
      CompletableFuture<Connection> opened) {
    this.handshake = handshake;
    this.dialled = dialled;
    this.settings = settings;
    this.counts = counts;
    this.handler = handler;
    this.opened = opened;
  }

  /** For a channel that was accepted. */
  static PeerHandler server(
      Handshake handshake, NettySettings settings, PeerCounts counts, FrameHandler handler) {
    return new PeerHandler(
        handshake, Optional.empty(), settings, counts, handler, new CompletableFuture<>());
  }

  /**
   * For a channel that connects; {@code opened} completes before the first frame is handed over.
   */
  static PeerHandler client(
      Handshake handshake,
      String address,
      NettySettings settings,
      PeerCounts counts,
      FrameHandler handler,
      CompletableFuture<Connection> opened) {
    return new PeerHandler(handshake, Optional.of(address), settings, counts, handler, opened);
  }

  /** Orderly, from any thread: an open connection sends what is queued first. */
  static void close(Channel channel) {
    PeerHandler handler = channel.pipeline().get(PeerHandler.class);
    if (handler == null) {
      NettyConnection.closeNow(channel);
    } else {
      channel.eventLoop().execute(() -> handler.onOwnClose(channel));
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (dialled.isEmpty() && !counts.beginHandshake()) {
      refuse(
          context,
          handshake.onSilence("too many connections are not authenticated yet; try again later"));
      return;
    }
    handshaking = dialled.isEmpty();
    deadline =
        context
            .executor()
            .schedule(
                () -> onDeadline(context), settings.handshakeDeadlineMs(), TimeUnit.MILLISECONDS);
    write(context, handshake.opening());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (!ended) {
        onBytes(context, bytes.nioBuffer());
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (connection != null) {
      connection.drain();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable fault) {
    if (handshaking && !ended) {
      refuse(
          context,
          handshake.onSilence("it broke off before it was authenticated: " + fault.getMessage()));
      return;
    }
    fail(
        context,
        new MillraceException(
            ErrorCode.CONNECTION_FAILED,
            "The connection with %s failed: %s".formatted(name(context), fault.getMessage()),
            fault));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    endHandshake();
    if (connection == null) {
      if (!ended) {
        refuse(context, handshake.onSilence("it hung up before it was authenticated"));
      }
      return;
    }
    if (cause == null && connection.isOpenHere() && decoder.isInsideFrame()) {
      cause =
          new MillraceException(
              ErrorCode.CONNECTION_FAILED,
              "The connection with %s ended inside a frame".formatted(name(context)));
    }
    ended = true;
    connection.onGone();
    handler.onClosed(connection, Optional.ofNullable(cause));
  }

  private void onBytes(ChannelHandlerContext context, ByteBuffer bytes) {
    try {
      if (connection == null) {
        write(context, handshake.onBytes(bytes));
        if (handshake.isDone()) {
          open(context);
        }
      }
    } catch (MillraceException e) {
      refuse(context, e);
      return;
    }
    while (!ended && bytes.hasRemaining()) {
      Frame frame;
      try {
        frame = decoder.next(bytes);
      } catch (MillraceException e) {
        refuse(context, e);
        return;
      }
      if (frame != null) {
        deliver(context, frame);
      }
    }
  }

  private void deliver(ChannelHandlerContext context, Frame frame) {
    try {
      handler.onFrame(connection, frame);
    } catch (RuntimeException | Error fault) {
      fail(context, fault);
    }
  }

  private void open(ChannelHandlerContext context) {
    endHandshake();
    connection =
        new NettyConnection(context.channel(), dialled.orElseGet(handshake::clientName), settings);
    opened.complete(connection);
  }

  private void onDeadline(ChannelHandlerContext context) {
    if (connection == null && !ended) {
      refuse(
          context,
          handshake.onSilence(
              "it was not authenticated within %d ms".formatted(settings.handshakeDeadlineMs())));
    }
  }

  private void onOwnClose(Channel channel) {
    if (connection != null) {
      connection.close();
      return;
    }
    ended = true;
    opened.completeExceptionally(
        new MillraceException(
            ErrorCode.CONNECTION_FAILED, "This process closed its transport while connecting"));
    NettyConnection.closeNow(channel);
  }

  /** The peer broke the protocol: nothing it says is read any more. */
  private void refuse(ChannelHandlerContext context, MillraceException why) {
    long refused = counts.onRefused();
    if (refused <= FIRST_LOGGED || refused % EACH_LOGGED == 0) {
      String message = why.getMessage();
      LOG.warn("Closed the connection with {} ({} so far): {}", name(context), refused, message);
    }
    fail(context, why);
  }

  private void fail(ChannelHandlerContext context, Throwable why) {
    if (cause == null) {
      cause = why;
    }
    ended = true;
    opened.completeExceptionally(
        new MillraceException(
            why instanceof MillraceException known ? known.code() : ErrorCode.CONNECTION_FAILED,
            "Cannot connect to %s: %s".formatted(name(context), why.getMessage()),
            why));
    NettyConnection.closeNow(context.channel());
  }

  private void endHandshake() {
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (handshaking) {
      handshaking = false;
      counts.endHandshake();
    }
  }

  private String name(ChannelHandlerContext context) {
    if (dialled.isPresent()) {
      return dialled.get();
    }
    String remote = String.valueOf(context.channel().remoteAddress());
    return connection == null ? remote : connection.peer() + " at " + remote;
  }

  private static void write(ChannelHandlerContext context, byte[] bytes) {
    if (bytes.length > 0) {
      context
          .writeAndFlush(Unpooled.wrappedBuffer(bytes))
          .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
  }
}
