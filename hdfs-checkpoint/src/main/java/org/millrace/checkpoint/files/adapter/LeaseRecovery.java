package org.millrace.checkpoint.files.adapter;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.LeaseRecoverable;
import org.apache.hadoop.fs.Path;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Recovers leases: asks the NameNode once every five seconds and looks every 30 ms whether the file
 * is closed, because the recovery itself is done by a DataNode at its next heartbeat. Thread-safe.
 */
final class LeaseRecovery {

  private static final long POLL_MS = 30;
  private static final long ASK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final BlockingWork work;
  private final String executor;
  private final Loop timers;
  private final Clock clock;

  LeaseRecovery(BlockingWork work, String executor, Loop timers, Clock clock) {
    this.work = work;
    this.executor = executor;
    this.timers = timers;
    this.clock = clock;
  }

  CompletableFuture<Void> recover(LeaseRecoverable leases, Path path, Duration timeout) {
    return new Attempt(leases, path, timeout).step();
  }

  /** One recovery; its steps run one after the other, on worker threads. */
  private final class Attempt {
    private final LeaseRecoverable leases;
    private final Path path;
    private final long deadlineNanos;
    private final Duration timeout;

    /** Written by one step before it schedules the next. */
    private long askAgainNanos;

    private boolean asked;
    private IOException lastFailure;

    Attempt(LeaseRecoverable leases, Path path, Duration timeout) {
      this.leases = leases;
      this.path = path;
      this.deadlineNanos = clock.nanoTime() + timeout.toNanos();
      this.timeout = timeout;
    }

    CompletableFuture<Void> step() {
      return work.run(executor, this::closed)
          .thenCompose(
              closed -> closed ? CompletableFuture.completedFuture(null) : againOrGiveUp());
    }

    private boolean closed() {
      try {
        long nowNanos = clock.nanoTime();
        if (!asked || nowNanos - askAgainNanos >= 0) {
          asked = true;
          askAgainNanos = nowNanos + ASK_AGAIN_NANOS;
          return leases.recoverLease(path);
        }
        return leases.isFileClosed(path);
      } catch (FileNotFoundException e) {
        throw new MillraceException(
            ErrorCode.NO_SUCH_PATH,
            "Could not recover the lease of %s: it does not exist".formatted(path),
            e);
      } catch (IOException e) {
        // Asked again until the deadline: a NameNode that fails over answers after a while.
        lastFailure = e;
        return false;
      }
    }

    private CompletableFuture<Void> againOrGiveUp() {
      if (clock.nanoTime() - deadlineNanos >= 0) {
        return CompletableFuture.failedFuture(
            new MillraceException(
                ErrorCode.TIMED_OUT,
                "Could not recover the lease of %s within %d ms; are its DataNodes up?"
                    .formatted(path, timeout.toMillis()),
                lastFailure));
      }
      CompletableFuture<Void> due = new CompletableFuture<>();
      timers.schedule(POLL_MS, () -> due.complete(null));
      return due.thenCompose(polled -> step());
    }
  }
}
