package org.millrace.am.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.millrace.am.schedule.JobRunner;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.conf.Keys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a step of a start again while storage is away, for {@code millrace.output.publishTimeout}.
 * Only a driver that comes back waits: its application must not end because HDFS restarts, too. Who
 * starts an application wants to hear at once that there is no storage.
 */
final class StoragePatience {
  private static final Logger LOG = LoggerFactory.getLogger(StoragePatience.class);
  private static final long PAUSE_MS = 1_000;

  private final Clock clock;
  private final Loop loop;
  private final JobRunner.Waiting waiting;
  private final long patienceNanos;

  /**
   * @param patienceMs 0 for none
   */
  StoragePatience(Clock clock, Loop loop, JobRunner.Waiting waiting, long patienceMs) {
    this.clock = clock;
    this.loop = loop;
    this.waiting = waiting;
    this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMs);
  }

  static StoragePatience of(DriverEnvironment environment) {
    DriverEnvironment.Ports ports = environment.ports();
    return new StoragePatience(
        ports.clock(),
        ports.loop(),
        ports.waiting(),
        environment.identity().attempt() > 1
            ? environment.settings().get(Keys.OUTPUT_PUBLISH_TIMEOUT)
            : 0);
  }

  /** On the program's thread; a step that may be done twice. */
  <T> T await(Supplier<T> step) {
    long startNanos = clock.nanoTime();
    while (true) {
      try {
        return step.get();
      } catch (MillraceException failure) {
        if (!isWorthWaiting(failure, startNanos)) {
          throw failure;
        }
        CompletableFuture<Void> pause = new CompletableFuture<>();
        loop.schedule(PAUSE_MS, () -> pause.complete(null));
        waiting.await(pause);
      }
    }
  }

  /** The same without a thread. */
  <T> CompletableFuture<T> patiently(Supplier<CompletableFuture<T>> step) {
    CompletableFuture<T> done = new CompletableFuture<>();
    attempt(step, done, clock.nanoTime());
    return done;
  }

  private <T> void attempt(
      Supplier<CompletableFuture<T>> step, CompletableFuture<T> done, long startNanos) {
    Answers.post(
        step.get(),
        loop,
        (value, failure) -> {
          if (failure == null) {
            done.complete(value);
          } else if (failure instanceof MillraceException known
              && isWorthWaiting(known, startNanos)) {
            loop.schedule(PAUSE_MS, () -> attempt(step, done, startNanos));
          } else {
            done.completeExceptionally(failure);
          }
        });
  }

  private boolean isWorthWaiting(MillraceException failure, long startNanos) {
    boolean isAway =
        switch (failure.code()) {
          case STORAGE_FAILED, DURABILITY_UNKNOWN, TIMED_OUT -> true;
          default -> false;
        };
    if (!isAway || clock.nanoTime() - startNanos >= patienceNanos) {
      return false;
    }
    LOG.warn("the start waits for storage: {}", failure.getMessage());
    return true;
  }
}
