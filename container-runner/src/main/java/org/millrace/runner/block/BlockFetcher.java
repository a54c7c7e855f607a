package org.millrace.runner.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchBlock;
import org.millrace.runner.wire.proto.FetchedBlock;

/**
 * Gets blocks from other executors: one holder after the other, each until it answers, leaves or
 * takes too long. Thread-safe.
 */
final class BlockFetcher {
  private final PeerLinks peerLinks;
  private final Loop controlLoop;
  private final long timeoutMs;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Long, Fetch> fetches = new HashMap<>();

  @GuardedBy("lock")
  private Set<Integer> living = Set.of();

  @GuardedBy("lock")
  private long nextRequest;

  @GuardedBy("lock")
  private boolean closed;

  BlockFetcher(PeerLinks peerLinks, Loop controlLoop, long timeoutMs) {
    this.peerLinks = peerLinks;
    this.controlLoop = controlLoop;
    this.timeoutMs = timeoutMs;
  }

  CompletableFuture<Block> fetch(BlockId id, List<Integer> holders) {
    ArrayDeque<Integer> others = new ArrayDeque<>(holders);
    others.removeIf(holder -> holder == peerLinks.self());
    Fetch fetch = new Fetch(id, others);
    askNext(fetch, "executor " + peerLinks.self() + " does not hold it");
    return fetch.result;
  }

  void onFetchedBlock(int fromExecutor, FetchedBlock message, ByteBuffer encoded) {
    Fetch fetch = take(message.getRequest(), fromExecutor);
    if (fetch == null) {
      return;
    }
    if (!message.getFound()) {
      askNext(fetch, "executor " + fromExecutor + " does not hold it");
      return;
    }
    Block block;
    try {
      block = BlockLayout.decode(encoded);
      if (!block.id().equals(fetch.id)) {
        throw protocolViolation("asked for %s, got %s".formatted(fetch.id, block.id()));
      }
    } catch (MillraceException e) {
      askNext(fetch, "executor " + fromExecutor + " sent a bad block: " + e.getMessage());
      return;
    }
    fetch.result.complete(block);
  }

  void onMembership(Set<Integer> now) {
    List<Fetch> orphans = new ArrayList<>();
    lock.lock();
    try {
      living = now;
      fetches
          .values()
          .removeIf(
              fetch -> {
                boolean orphan = !now.contains(fetch.asked);
                if (orphan) {
                  orphans.add(fetch);
                }
                return orphan;
              });
    } finally {
      lock.unlock();
    }
    for (Fetch fetch : orphans) {
      askNext(fetch, "executor " + fetch.asked + " is lost");
    }
  }

  void close() {
    List<Fetch> all;
    lock.lock();
    try {
      closed = true;
      all = List.copyOf(fetches.values());
      fetches.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(fetch -> askNext(fetch, "executor " + peerLinks.self() + " is closing"));
  }

  static MillraceException protocolViolation(String message) {
    return new MillraceException(ErrorCode.PROTOCOL_VIOLATION, message);
  }

  private void askNext(Fetch fetch, String whyNotThere) {
    fetch.refusals.add(whyNotThere);
    long request = 0;
    Integer holder;
    lock.lock();
    try {
      holder = closed ? null : fetch.left.poll();
      while (holder != null && !living.contains(holder)) {
        fetch.refusals.add("executor " + holder + " is lost");
        holder = fetch.left.poll();
      }
      if (holder != null) {
        request = nextRequest++;
        fetch.asked = holder;
        fetches.put(request, fetch);
      }
    } finally {
      lock.unlock();
    }
    if (holder == null) {
      fail(fetch);
      return;
    }
    long asked = request;
    controlLoop.schedule(timeoutMs, () -> onTimeout(asked));
    FetchBlock message =
        FetchBlock.newBuilder()
            .setRequest(request)
            .setStreamId(fetch.id.streamId())
            .setSequence(fetch.id.sequence())
            .build();
    peerLinks.send(holder, Frame.of(Envelope.newBuilder().setFetchBlock(message).build()));
  }

  private void onTimeout(long request) {
    Fetch fetch;
    lock.lock();
    try {
      fetch = fetches.remove(request);
    } finally {
      lock.unlock();
    }
    if (fetch != null) {
      askNext(fetch, "executor " + fetch.asked + " did not answer within " + timeoutMs + " ms");
    }
  }

  private Fetch take(long request, int fromExecutor) {
    lock.lock();
    try {
      Fetch fetch = fetches.get(request);
      if (fetch == null || fetch.asked != fromExecutor) {
        return null;
      }
      return fetches.remove(request);
    } finally {
      lock.unlock();
    }
  }

  private static void fail(Fetch fetch) {
    fetch.result.completeExceptionally(
        new MillraceException(
            ErrorCode.BLOCK_LOST,
            "%s cannot be read: %s; store with two copies to survive the loss of an executor"
                .formatted(fetch.id, String.join(", ", fetch.refusals))));
  }

  /** Owned by whoever holds it: it is either in the table or in one thread's hands. */
  private static final class Fetch {
    private final BlockId id;
    private final ArrayDeque<Integer> left;
    private final List<String> refusals = new ArrayList<>();
    private final CompletableFuture<Block> result = new CompletableFuture<>();
    private int asked;

    Fetch(BlockId id, ArrayDeque<Integer> left) {
      this.id = id;
      this.left = left;
    }
  }
}
