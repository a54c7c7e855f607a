package org.millrace.runner.receive;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.millrace.checkpoint.segment.RecordLocation;
import org.millrace.runner.block.LoggedPlace;
import org.millrace.runner.block.StoredBlock;

/** A log that flushes when the test says so, or at once. Not thread-safe: for simulated time. */
final class FakeBlockLog implements ReceivedBlockLog {
  private static final String DIRECTORY = "/log";
  private static final String SEGMENT = "segment";

  private final List<StoredBlock> flushed = new ArrayList<>();
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private final Map<Long, Long> released = new TreeMap<>();
  private Consumer<Throwable> onFailed = unheard -> {};
  private boolean held;
  private Optional<Throwable> failure = Optional.empty();

  private record Pending(StoredBlock block, CompletableFuture<LoggedPlace> done) {}

  void onFailed(Consumer<Throwable> told) {
    onFailed = told;
  }

  /** From now on nothing is flushed. */
  void hold() {
    held = true;
  }

  /** Flushes what waits, and what comes at once. */
  void flush() {
    held = false;
    while (!pending.isEmpty()) {
      flushNext();
    }
  }

  void flushNext() {
    Pending next = pending.remove();
    flushed.add(next.block());
    next.done()
        .complete(
            new LoggedPlace(
                DIRECTORY, new RecordLocation(SEGMENT, 0, next.block().encoded().remaining())));
  }

  /** The log takes no more; what waits fails. */
  void fail(Throwable cause) {
    failure = Optional.of(cause);
    while (!pending.isEmpty()) {
      pending.remove().done().completeExceptionally(cause);
    }
    onFailed.accept(cause);
  }

  @Override
  public long retainedBytes() {
    return flushed.stream().mapToLong(block -> block.encoded().remaining()).sum();
  }

  List<StoredBlock> flushed() {
    return flushed;
  }

  int waiting() {
    return pending.size();
  }

  /** What is not needed any more, by stream. */
  Map<Long, Long> released() {
    return released;
  }

  @Override
  public CompletableFuture<LoggedPlace> append(StoredBlock block) {
    if (failure.isPresent()) {
      return CompletableFuture.failedFuture(failure.get());
    }
    Pending next = new Pending(block, new CompletableFuture<>());
    pending.add(next);
    if (!held) {
      flushNext();
    }
    return next.done();
  }

  @Override
  public void release(long streamId, long until) {
    released.put(streamId, until);
  }

  @Override
  public CompletableFuture<Void> close() {
    return CompletableFuture.completedFuture(null);
  }
}
