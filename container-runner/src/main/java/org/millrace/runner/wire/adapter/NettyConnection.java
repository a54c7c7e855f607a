package org.millrace.runner.wire.adapter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One authenticated TCP connection. Thread-safe; the fields below the line belong to the event
 * loop.
 *
 * <p>Frames wait on the heap, as objects. The event loop copies them into direct buffers of bounded
 * size as fast as the socket takes them: each byte is copied once, small frames share a system
 * call, and a slow peer costs no direct memory beyond the socket's own marks.
 */
final class NettyConnection implements Connection {

  private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);
  private static final int CHUNK_BYTES = 128 << 10;

  private final Channel channel;
  private final String peer;
  private final int closeDeadlineMs;
  private final WriteCredit credit;
  private final Queue<Queued> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean drainScheduled = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();

  // ---- event loop ----
  private Queued current;
  private Future<?> closeDeadline;

  NettyConnection(Channel channel, String peer, NettySettings settings) {
    this.channel = channel;
    this.peer = peer;
    closeDeadlineMs = settings.closeDeadlineMs();
    credit = new WriteCredit(settings.highWaterBytes(), settings.lowWaterBytes());
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public boolean byReference() {
    return false;
  }

  @Override
  public void send(Frame frame) {
    int sizeBytes = FrameLayout.checkedSizeBytes(frame);
    ByteBuffer payload = frame.payload().bytes();
    if (!isOpen()) {
      return;
    }
    credit.add(sizeBytes);
    queue.add(new Queued(frame, payload));
    scheduleDrain();
  }

  @Override
  public boolean isWritable() {
    return credit.isWritable();
  }

  @Override
  public void onWritable(Runnable action) {
    credit.onWritable(action);
  }

  @Override
  public boolean isOpen() {
    return !closing.get() && channel.isActive();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Closing a socket with unread input would make the system throw away what was sent last. So
   * only the outgoing half is shut here; the other side closes when it has read everything.
   */
  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      execute(this::beginClose);
    }
  }

  /** Whether this side has not closed it. */
  boolean isOpenHere() {
    return !closing.get();
  }

  private void scheduleDrain() {
    if (drainScheduled.compareAndSet(false, true)) {
      execute(this::drain);
    }
  }

  private void execute(Runnable command) {
    try {
      channel.eventLoop().execute(command);
    } catch (RejectedExecutionException e) {
      // The loops end after all channels are closed: there is nobody to send to, which onClosed
      // said.
      LOG.debug("Nothing more goes to {}: its event loop has ended", peer, e);
    }
  }

  private void beginClose() {
    if (!channel.isActive()) {
      return;
    }
    closeDeadline =
        channel
            .eventLoop()
            .schedule(() -> closeNow(channel), closeDeadlineMs, TimeUnit.MILLISECONDS);
    drain();
  }

  /** On the event loop: fills the socket's buffer from the queue. */
  void drain() {
    drainScheduled.set(false);
    boolean more = true;
    while (more && channel.isActive() && channel.isWritable()) {
      ByteBuf chunk = channel.alloc().directBuffer(CHUNK_BYTES, CHUNK_BYTES);
      more = fill(chunk);
      int bytes = chunk.readableBytes();
      if (bytes == 0) {
        chunk.release();
        break;
      }
      channel
          .write(chunk)
          .addListener(
              (ChannelFutureListener)
                  written -> {
                    credit.subtract(bytes);
                    if (!written.isSuccess()) {
                      closeNow(written.channel());
                    }
                  });
    }
    channel.flush();
    if (closing.get() && current == null && queue.isEmpty()) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this::shutOutput);
    }
  }

  private void shutOutput(Future<?> flushed) {
    if (flushed.isSuccess() && channel.isActive()) {
      ((DuplexChannel) channel)
          .shutdownOutput()
          .addListener(
              shut -> {
                if (!shut.isSuccess()) {
                  closeNow(channel);
                }
              });
    }
  }

  /** True when the chunk is full and there is more. */
  private boolean fill(ByteBuf chunk) {
    while (chunk.isWritable()) {
      if (current == null) {
        current = queue.poll();
        if (current == null) {
          return false;
        }
      }
      if (current.writeTo(chunk)) {
        current = null;
      }
    }
    return true;
  }

  /** On the event loop: the channel is closed, nobody has to wait any more. */
  void onGone() {
    closing.set(true);
    if (closeDeadline != null) {
      closeDeadline.cancel(false);
    }
    queue.clear();
    current = null;
    credit.release();
  }

  /** Without flushing, from any thread. */
  static void closeNow(Channel channel) {
    channel
        .close()
        .addListener(
            closed -> {
              if (!closed.isSuccess()) {
                LOG.warn("Cannot close {}", channel, closed.cause());
              }
            });
  }

  /** A frame on its way; its head is made when its turn has come. */
  private static final class Queued {
    private final Frame frame;
    private final ByteBuffer payload;
    private ByteBuffer head;

    Queued(Frame frame, ByteBuffer payload) {
      this.frame = frame;
      this.payload = payload;
    }

    /** True when the last byte was written. */
    boolean writeTo(ByteBuf chunk) {
      if (head == null) {
        head = FrameLayout.head(frame);
      }
      copy(head, chunk);
      copy(payload, chunk);
      return !head.hasRemaining() && !payload.hasRemaining();
    }

    private static void copy(ByteBuffer from, ByteBuf to) {
      int bytes = Math.min(from.remaining(), to.writableBytes());
      int limit = from.limit();
      to.writeBytes(from.limit(from.position() + bytes));
      from.limit(limit);
    }
  }
}
