package org.millrace.am.log;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the driver's state as a snapshot whenever the log has grown by so many events, and lets go
 * of what it replaces. It is written off the loop; until it is complete the one before counts.
 * Owned by the driver loop.
 */
public final class SnapshotTaker implements Journal.Replayable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotTaker.class);
  private static final long RETRY_MS = 10_000;

  /** Where snapshots go. */
  public interface Store {
    /** Writes a snapshot of the state after a position, which is durable. */
    CompletableFuture<Void> write(long position, List<DriverEvent> events);

    /** Nothing before this snapshot is read any more. */
    CompletableFuture<Void> release(long position);
  }

  private final EventJournal journal;
  private final DriverState state;
  private final Store store;
  private final Loop loop;
  private final long everyEvents;
  private long events;
  private boolean taking;
  private String problem = "";

  public SnapshotTaker(
      EventJournal journal, DriverState state, Store store, Loop loop, long everyEvents) {
    this.journal = journal;
    this.state = state;
    this.store = store;
    this.loop = loop;
    this.everyEvents = everyEvents;
  }

  @Override
  public void replay(DriverEvent event) {
    events++;
    if (events >= everyEvents && !taking) {
      taking = true;
      // After this turn, whose events belong together.
      loop.execute(this::take);
    }
  }

  /** Why there is no new snapshot; empty when there is. */
  public String problem() {
    return problem;
  }

  private void take() {
    long position = journal.lastPosition();
    List<DriverEvent> snapshot = state.events();
    events = 0;
    journal.whenDurable(
        () ->
            Answers.post(
                store.write(position, snapshot),
                loop,
                (written, failure) -> onWritten(position, failure)));
  }

  private void onWritten(long position, Throwable failure) {
    if (failure == null) {
      problem = "";
      taking = false;
      release(position);
    } else {
      problem = "the driver's state could not be written as a snapshot: " + failure.getMessage();
      LOG.warn("{}; it is tried again in {} ms", problem, RETRY_MS);
      loop.schedule(RETRY_MS, this::take);
    }
  }

  /** A snapshot of the state after the position is complete. */
  public void release(long position) {
    journal.releaseBefore(position + 1);
    Answers.post(store.release(position), loop, this::onReleased);
  }

  private void onReleased(Void done, Throwable failure) {
    if (failure != null) {
      LOG.warn("what a snapshot replaced could not be deleted; the next one tries again", failure);
    }
  }
}
