package org.millrace.runner.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.CopyPartition;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.PartitionCopied;
import org.millrace.runner.wire.proto.StoreTarget;

/**
 * Asks living peers, one after the other, to copy what is kept here, until there are as many copies
 * as its level says or nobody is left to ask. Thread-safe: one lock, not held while a future is
 * completed.
 */
final class CopyRequests {
  private final PeerLinks links;
  private final Loop timers;
  private final long timeoutMs;
  private final Peers peers;

  @GuardedBy("this")
  private final Map<Long, Copying> copyings = new HashMap<>();

  @GuardedBy("this")
  private long nextRequest;

  @GuardedBy("this")
  private boolean closed;

  /** Owned by whoever holds it: it is either in the table or in one thread's hands. */
  private static final class Copying {
    private final StoreTarget target;
    private final ArrayDeque<Integer> candidates;
    private final List<Integer> holders = new ArrayList<>();
    private final CompletableFuture<List<Integer>> result = new CompletableFuture<>();
    private int asked;
    private Loop.Timer timeout;

    private Copying(StoreTarget target, List<Integer> candidates) {
      this.target = target;
      this.candidates = new ArrayDeque<>(candidates);
    }
  }

  CopyRequests(PeerLinks links, Loop timers, long timeoutMs, Peers peers) {
    this.links = links;
    this.timers = timers;
    this.timeoutMs = timeoutMs;
    this.peers = peers;
  }

  /** Done, never exceptionally, with the executors that hold a copy. */
  CompletableFuture<List<Integer>> copy(StoreTarget target) {
    Copying copying = new Copying(target, peers.othersFor(DatasetPartition.of(target)));
    askNext(copying);
    return copying.result;
  }

  private void askNext(Copying copying) {
    long request = -1;
    synchronized (this) {
      boolean more = !closed && copying.holders.size() < copying.target.getReplication() - 1;
      Integer peer = more ? copying.candidates.poll() : null;
      while (peer != null && peers.isLost(peer)) {
        peer = copying.candidates.poll();
      }
      if (peer != null) {
        request = nextRequest++;
        copying.asked = peer;
        copyings.put(request, copying);
        startTimer(request, copying);
      }
    }
    if (request < 0) {
      copying.result.complete(List.copyOf(copying.holders));
      return;
    }
    CopyPartition message =
        CopyPartition.newBuilder().setRequest(request).setTarget(copying.target).build();
    links.send(copying.asked, Frame.of(Envelope.newBuilder().setCopyPartition(message).build()));
  }

  @GuardedBy("this")
  private void startTimer(long request, Copying copying) {
    copying.timeout = timers.schedule(timeoutMs, () -> goOn(request, copying.asked, false));
  }

  /** The peer fetches pages, so it lives and works. */
  synchronized void onProgress(int peer, DatasetPartition partition) {
    copyings.forEach(
        (request, copying) -> {
          if (copying.asked == peer && DatasetPartition.of(copying.target).equals(partition)) {
            copying.timeout.cancel();
            startTimer(request, copying);
          }
        });
  }

  void onCopied(int fromExecutor, PartitionCopied message) {
    goOn(message.getRequest(), fromExecutor, message.getKept());
  }

  private void goOn(long request, int peer, boolean kept) {
    Copying copying;
    synchronized (this) {
      copying = copyings.get(request);
      if (copying == null || copying.asked != peer) {
        return;
      }
      copyings.remove(request);
      copying.timeout.cancel();
    }
    if (kept) {
      copying.holders.add(peer);
    }
    askNext(copying);
  }

  /** Turns from lost peers to the next. */
  void onMembership() {
    Map<Long, Integer> orphans = new HashMap<>();
    synchronized (this) {
      copyings.forEach(
          (request, copying) -> {
            if (peers.isLost(copying.asked)) {
              orphans.put(request, copying.asked);
            }
          });
    }
    orphans.forEach((request, peer) -> goOn(request, peer, false));
  }

  void close() {
    Map<Long, Integer> all = new HashMap<>();
    synchronized (this) {
      closed = true;
      copyings.forEach((request, copying) -> all.put(request, copying.asked));
    }
    all.forEach((request, peer) -> goOn(request, peer, false));
  }
}
