package org.millrace.runner.receive;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.block.BlockMemory;
import org.millrace.runner.block.MemoryRequest;

/**
 * Where the threads of a receiver wait for memory: they do not read their source meanwhile, so it
 * is slowed down. Thread-safe.
 */
final class MemoryGate {
  private final BlockMemory memory;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Set<MemoryRequest> waiting = new HashSet<>();

  @GuardedBy("lock")
  private boolean closed;

  MemoryGate(BlockMemory memory) {
    this.memory = memory;
  }

  /** Whether a thread waits now. */
  boolean isThrottled() {
    lock.lock();
    try {
      return !waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes memory, and waits for it as long as there is none.
   *
   * @throws MillraceException MEMORY_LIMIT when it can never be granted; ILLEGAL_USE when the
   *     receiver is stopped or the thread is interrupted before it is granted
   */
  void take(long bytes) {
    MemoryRequest request = memory.reserveReceived(bytes);
    if (request.granted().isDone()) {
      return;
    }
    enter(request);
    try {
      request.granted().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      if (!memory.cancel(request)) {
        memory.releaseReceived(bytes);
      }
      throw stopped("its thread was interrupted", e);
    } catch (CancellationException e) {
      throw stopped("it was stopped", e);
    } catch (ExecutionException e) {
      throw new MillraceException(ErrorCode.INTERNAL, "waiting for memory failed", e);
    } finally {
      leave(request);
    }
  }

  /** From now on nobody waits; who does is sent away. */
  void close() {
    List<MemoryRequest> all;
    lock.lock();
    try {
      closed = true;
      all = List.copyOf(waiting);
    } finally {
      lock.unlock();
    }
    all.forEach(memory::cancel);
  }

  private void enter(MemoryRequest request) {
    boolean tooLate;
    lock.lock();
    try {
      tooLate = closed;
      waiting.add(request);
    } finally {
      lock.unlock();
    }
    if (tooLate) {
      memory.cancel(request);
    }
  }

  private void leave(MemoryRequest request) {
    lock.lock();
    try {
      waiting.remove(request);
    } finally {
      lock.unlock();
    }
  }

  private static MillraceException stopped(String why, Throwable cause) {
    return new MillraceException(
        ErrorCode.ILLEGAL_USE,
        "a receiver waited for memory to store records, but " + why + ": they are not stored",
        cause);
  }
}
