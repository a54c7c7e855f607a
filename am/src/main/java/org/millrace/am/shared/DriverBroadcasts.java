package org.millrace.am.shared;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.millrace.am.plan.Shipping;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.BroadcastValues;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.BroadcastChunk;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchBroadcast;
import org.millrace.runner.wire.proto.ReleaseBroadcasts;

/** The values that the program broadcast. Thread-safe. */
public final class DriverBroadcasts implements BroadcastValues {
  static final int CHUNK_BYTES = 4 << 20;

  private final Shipping shipping;
  private final boolean byReference;
  private final Consumer<Envelope.Builder> toAllExecutors;
  private final AtomicLong nextId = new AtomicLong();
  private final Map<Long, Held> values = new ConcurrentHashMap<>();

  /** A value and, for executors in other processes, its bytes. */
  private record Held(Object value, ByteBuffer encodedOrNull) {}

  /**
   * @param shipping how values become bytes
   * @param byReference whether executors are in this process
   * @param toAllExecutors sends a message; may be called on any thread
   */
  public DriverBroadcasts(
      Shipping shipping, boolean byReference, Consumer<Envelope.Builder> toAllExecutors) {
    this.shipping = shipping;
    this.byReference = byReference;
    this.toAllExecutors = toAllExecutors;
  }

  /**
   * Takes a value; encodes it on the calling thread when executors are in other processes.
   *
   * @throws MillraceException ILLEGAL_USE when it cannot be encoded
   */
  public <T> Broadcast<T> broadcast(T value) {
    ByteBuffer encoded = byReference ? null : shipping.value(value);
    long id = nextId.getAndIncrement();
    values.put(id, new Held(value, encoded));
    return new Broadcast<>(id, this);
  }

  @Override
  public Object value(long id) {
    Held held = values.get(id);
    if (held == null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "broadcast "
              + id
              + " was destroyed; destroy a broadcast when no stream uses it any more");
    }
    return held.value;
  }

  @Override
  public void unpersist(long id, boolean waiting) {
    value(id);
    release(id);
  }

  @Override
  public void destroy(long id, boolean waiting) {
    if (values.remove(id) != null) {
      release(id);
    }
  }

  /** Executors read what they are told in order: nothing that is sent later meets the copy. */
  private void release(long id) {
    toAllExecutors.accept(
        Envelope.newBuilder().setReleaseBroadcasts(ReleaseBroadcasts.newBuilder().addIds(id)));
  }

  /** What an executor is sent that asked for a part; the epoch is not set yet. */
  public Answer answer(FetchBroadcast asked) {
    Held held = values.get(asked.getId());
    BroadcastChunk.Builder chunk =
        BroadcastChunk.newBuilder().setId(asked.getId()).setChunk(asked.getChunk());
    if (held == null) {
      return new Answer(Envelope.newBuilder().setBroadcastChunk(chunk), null);
    }
    chunk.setFound(true);
    if (byReference) {
      return new Answer(Envelope.newBuilder().setBroadcastChunk(chunk), held.value);
    }
    int size = held.encodedOrNull.remaining();
    int count = Math.max(1, (size + CHUNK_BYTES - 1) / CHUNK_BYTES);
    if (asked.getChunk() < 0 || asked.getChunk() >= count) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "chunk " + asked.getChunk() + " of broadcast " + asked.getId() + " of " + count);
    }
    int from = asked.getChunk() * CHUNK_BYTES;
    ByteBuffer part =
        held.encodedOrNull
            .duplicate()
            .position(from)
            .limit(Math.min(size, from + CHUNK_BYTES))
            .slice();
    return new Answer(Envelope.newBuilder().setBroadcastChunk(chunk.setChunkCount(count)), part);
  }

  /**
   * A message and what goes with it.
   *
   * @param payloadOrNull bytes, or the value by reference
   */
  public record Answer(Envelope.Builder message, Object payloadOrNull) {
    /** The frame of an epoch. */
    public Frame frame(long epoch) {
      Envelope envelope = message.setEpoch(epoch).build();
      if (payloadOrNull == null) {
        return Frame.of(envelope);
      }
      return payloadOrNull instanceof ByteBuffer bytes
          ? Frame.of(envelope, bytes)
          : Frame.byReference(envelope, payloadOrNull);
    }
  }
}
