package org.millrace.runner.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;

/**
 * The memory of blocks. Thread-safe.
 *
 * <p>Part of it is kept for replicas while there are other executors. Otherwise two executors that
 * replicate to each other could both be full of blocks that wait for their copy, and neither could
 * take the other's. Requests of receivers are granted in the order in which they came.
 */
public final class BlockMemory {
  private static final double REPLICA_FRACTION = 1.0 / 3;

  private final MemoryAccountant accountant;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final ArrayDeque<MemoryRequest> requests = new ArrayDeque<>();

  @GuardedBy("lock")
  private final List<Runnable> replicaWaiters = new ArrayList<>();

  // Volatile: set once by the store that uses the memory, run by threads of receivers.
  private volatile Runnable onShort = () -> {};

  @GuardedBy("lock")
  private boolean replicasExpected;

  @GuardedBy("lock")
  private long receivedBytes;

  @GuardedBy("lock")
  private long replicaBytes;

  @GuardedBy("lock")
  private boolean refusedByAccountant;

  @GuardedBy("lock")
  private boolean waitingForAccountant;

  public BlockMemory(MemoryAccountant accountant) {
    this.accountant = accountant;
  }

  /** Runs {@code action}, on any thread, each time a receiver has to wait for memory. */
  void onShort(Runnable action) {
    onShort = action;
  }

  /** What receivers wait for now. */
  long awaitedBytes() {
    lock.lock();
    try {
      return requests.stream()
          .filter(request -> !request.granted().isDone())
          .mapToLong(MemoryRequest::bytes)
          .sum();
    } finally {
      lock.unlock();
    }
  }

  /** Whether other executors may send their blocks here. */
  public void expectReplicas(boolean expected) {
    lock.lock();
    try {
      replicasExpected = expected;
    } finally {
      lock.unlock();
    }
    grant();
  }

  /** The most that received blocks may hold, replicas aside, when other executors live. */
  public long receivedMaximumBytes() {
    return (long) (accountant.maximumBytes(Use.BLOCKS) * (1 - REPLICA_FRACTION));
  }

  /**
   * Reserves memory for records that a receiver brings, in the order of the calls.
   *
   * @throws MillraceException MEMORY_LIMIT when it can never be granted
   */
  public MemoryRequest reserveReceived(long bytes) {
    if (bytes > receivedMaximumBytes()) {
      throw new MillraceException(
          ErrorCode.MEMORY_LIMIT,
          ("a block needs %d bytes but all received blocks may hold %d on this executor;"
                  + " store smaller records or give executors more memory")
              .formatted(bytes, receivedMaximumBytes()));
    }
    MemoryRequest request = new MemoryRequest(bytes, new CompletableFuture<>());
    lock.lock();
    try {
      if (requests.isEmpty() && takeReceived(bytes)) {
        request.granted().complete(null);
        return request;
      }
      requests.add(request);
    } finally {
      lock.unlock();
    }
    awaitAccountant();
    onShort.run();
    return request;
  }

  /** No longer asks; false when it was granted before. */
  public boolean cancel(MemoryRequest request) {
    boolean cancelled = request.granted().cancel(false);
    if (cancelled) {
      grant();
    }
    return cancelled;
  }

  /** Takes memory for received records only if that needs no waiting. */
  public boolean tryReserveReceived(long bytes) {
    lock.lock();
    try {
      return requests.isEmpty() && takeReceived(bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Takes memory for received records that are here already, whether it fits or not. */
  public void overdrawReceived(long bytes) {
    lock.lock();
    try {
      receivedBytes += bytes;
      accountant.overdraw(Use.BLOCKS, bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Gives memory of received records back. */
  public void releaseReceived(long bytes) {
    lock.lock();
    try {
      receivedBytes -= bytes;
    } finally {
      lock.unlock();
    }
    accountant.release(Use.BLOCKS, bytes);
    grant();
  }

  /**
   * Takes memory for the copy of another executor's block; false when there is none. A copy that is
   * too large for the part kept for replicas is taken when it is the only one.
   */
  boolean tryReserveReplica(long bytes) {
    lock.lock();
    try {
      if (!accountant.tryReserve(Use.BLOCKS, bytes)) {
        if (replicaBytes > 0) {
          refusedByAccountant = true;
          return false;
        }
        accountant.overdraw(Use.BLOCKS, bytes);
      }
      replicaBytes += bytes;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void releaseReplica(long bytes) {
    lock.lock();
    try {
      replicaBytes -= bytes;
    } finally {
      lock.unlock();
    }
    accountant.release(Use.BLOCKS, bytes);
    grant();
  }

  /** Runs {@code action} once when memory was released after this call. */
  void onReplicaRoom(Runnable action) {
    lock.lock();
    try {
      replicaWaiters.add(action);
    } finally {
      lock.unlock();
    }
    awaitAccountant();
  }

  @GuardedBy("lock")
  private boolean takeReceived(long bytes) {
    long maximum = replicasExpected ? receivedMaximumBytes() : accountant.maximumBytes(Use.BLOCKS);
    if (receivedBytes + bytes > maximum) {
      // Only a release of blocks helps, and that calls grant().
      return false;
    }
    if (!accountant.tryReserve(Use.BLOCKS, bytes)) {
      refusedByAccountant = true;
      return false;
    }
    receivedBytes += bytes;
    return true;
  }

  /** Another use may give back what was missing: the accountant says when. */
  private void awaitAccountant() {
    lock.lock();
    try {
      if (waitingForAccountant || !refusedByAccountant) {
        return;
      }
      waitingForAccountant = true;
      refusedByAccountant = false;
    } finally {
      lock.unlock();
    }
    accountant.onAvailable(Use.BLOCKS, this::onAccountantAvailable);
  }

  private void onAccountantAvailable() {
    lock.lock();
    try {
      waitingForAccountant = false;
    } finally {
      lock.unlock();
    }
    grant();
  }

  private void grant() {
    List<MemoryRequest> granted = new ArrayList<>();
    List<Runnable> woken;
    lock.lock();
    try {
      for (MemoryRequest head = requests.peek(); head != null; head = requests.peek()) {
        if (!head.granted().isDone()) {
          if (!takeReceived(head.bytes())) {
            break;
          }
          granted.add(head);
        }
        requests.remove();
      }
      woken = List.copyOf(replicaWaiters);
      replicaWaiters.clear();
    } finally {
      lock.unlock();
    }
    for (MemoryRequest request : granted) {
      if (!request.granted().complete(null)) {
        releaseReceived(request.bytes());
      }
    }
    woken.forEach(Runnable::run);
    awaitAccountant();
  }
}
