package org.millrace.runner.broadcast;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.BroadcastValues;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.BroadcastChunk;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchBroadcast;
import org.millrace.runner.wire.proto.ReleaseBroadcasts;

/**
 * The broadcast values of this executor. A value is asked for before the first task that needs it
 * runs, chunk by chunk, and kept until the driver releases it. Thread-safe.
 */
public final class BroadcastStore implements BroadcastValues {
  private final PeerLinks links;
  private final RecordCodec codec;
  private final MemoryAccountant memory;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Long, Held> held = new HashMap<>();

  @GuardedBy("lock")
  private final Map<Long, Fetch> fetches = new HashMap<>();

  @GuardedBy("lock")
  private boolean closed;

  /** A value that is here. */
  private record Held(Object value, long sizeBytes) {}

  /** A value that is on its way. */
  private static final class Fetch {
    private final CompletableFuture<Void> arrived = new CompletableFuture<>();
    private final List<ByteBuffer> chunks = new ArrayList<>();
  }

  public BroadcastStore(PeerLinks links, RecordCodec codec, MemoryAccountant memory) {
    this.links = links;
    this.codec = codec;
    this.memory = memory;
  }

  /**
   * Completes when all of them are here; exceptionally with ILLEGAL_USE when one was destroyed, or
   * with what keeps it from being read.
   */
  public CompletableFuture<Void> fetch(List<Long> ids) {
    List<CompletableFuture<Void>> open = new ArrayList<>();
    List<Long> asked = new ArrayList<>();
    lock.lock();
    try {
      for (long id : ids) {
        if (!held.containsKey(id) && !closed) {
          Fetch fetch = fetches.get(id);
          if (fetch == null) {
            fetch = new Fetch();
            fetches.put(id, fetch);
            asked.add(id);
          }
          open.add(fetch.arrived);
        }
      }
    } finally {
      lock.unlock();
    }
    asked.forEach(id -> ask(id, 0));
    return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new));
  }

  /** Whether all of them are here. */
  public boolean holds(List<Long> ids) {
    lock.lock();
    try {
      return held.keySet().containsAll(ids);
    } finally {
      lock.unlock();
    }
  }

  private void ask(long id, int chunk) {
    links.sendToDriver(
        Envelope.newBuilder()
            .setFetchBroadcast(FetchBroadcast.newBuilder().setId(id).setChunk(chunk)),
        null);
  }

  /** A part of a value, or all of it by reference. */
  public void onChunk(BroadcastChunk message, Payload payload) {
    long id = message.getId();
    Fetch fetch;
    boolean complete;
    lock.lock();
    try {
      fetch = fetches.get(id);
      if (fetch == null || closed) {
        return;
      }
      if (message.getFound() && !(payload instanceof Payload.Reference)) {
        if (message.getChunk() != fetch.chunks.size()) {
          return; // a chunk that was asked for twice
        }
        fetch.chunks.add(payload.bytes());
      }
      complete =
          !message.getFound()
              || payload instanceof Payload.Reference
              || fetch.chunks.size() == message.getChunkCount();
    } finally {
      lock.unlock();
    }
    if (complete) {
      complete(message, payload, fetch);
    } else {
      ask(id, message.getChunk() + 1);
    }
  }

  private void complete(BroadcastChunk message, Payload payload, Fetch fetch) {
    MillraceException failure = null;
    Held value = null;
    if (!message.getFound()) {
      failure = destroyed(message.getId());
    } else {
      try {
        value = valueOf(payload, fetch.chunks);
      } catch (MillraceException unreadable) {
        failure = unreadable;
      }
    }
    lock.lock();
    try {
      fetches.remove(message.getId());
      if (value != null && !closed) {
        held.put(message.getId(), value);
        memory.overdraw(Use.SHUFFLE, value.sizeBytes);
      }
    } finally {
      lock.unlock();
    }
    if (failure == null) {
      fetch.arrived.complete(null);
    } else {
      fetch.arrived.completeExceptionally(failure);
    }
  }

  private Held valueOf(Payload payload, List<ByteBuffer> chunks) {
    if (payload instanceof Payload.Reference reference) {
      return new Held(reference.object(), 0);
    }
    int size = chunks.stream().mapToInt(ByteBuffer::remaining).sum();
    ByteBuffer all = ByteBuffer.allocate(size);
    chunks.forEach(all::put);
    return new Held(codec.decode(all.flip(), 1).get(0), size);
  }

  @Override
  public Object value(long id) {
    lock.lock();
    try {
      Held value = held.get(id);
      if (value == null) {
        throw destroyed(id);
      }
      return value.value;
    } finally {
      lock.unlock();
    }
  }

  private static MillraceException destroyed(long id) {
    return new MillraceException(
        ErrorCode.ILLEGAL_USE,
        "broadcast "
            + id
            + " was destroyed, and a function still asks for its value; destroy a broadcast when"
            + " no stream uses it any more");
  }

  @Override
  public void unpersist(long id, boolean waiting) {
    throw onlyInDriver("unpersist");
  }

  @Override
  public void destroy(long id, boolean waiting) {
    throw onlyInDriver("destroy");
  }

  private static MillraceException onlyInDriver(String operation) {
    return new MillraceException(
        ErrorCode.ILLEGAL_USE,
        operation
            + " of a broadcast inside a function that runs on an executor; call it in the driver");
  }

  /** The driver does not need these values here any more. */
  public void release(ReleaseBroadcasts message) {
    lock.lock();
    try {
      for (long id : message.getIdsList()) {
        Held released = held.remove(id);
        if (released != null) {
          memory.release(Use.SHUFFLE, released.sizeBytes);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Drops all values; what waits for one is not told. Idempotent. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      held.values().forEach(value -> memory.release(Use.SHUFFLE, value.sizeBytes));
      held.clear();
      fetches.clear();
    } finally {
      lock.unlock();
    }
  }
}
