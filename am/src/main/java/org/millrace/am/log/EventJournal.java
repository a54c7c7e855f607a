package org.millrace.am.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.EventLog;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.segment.RecordLogCounters;

/**
 * The journal over the event log of this driver's epoch. Owned by the driver loop.
 *
 * <p>Before the log is opened there is nothing to survive: records are dropped, and what holds when
 * it is opened is appended then.
 *
 * <p>Once the log is lost the parts still replay what is appended, so that they agree with each
 * other until the driver has ended; nothing becomes durable any more and no action runs.
 */
public final class EventJournal implements Journal {
  private final Loop loop;
  private final List<Replayable> state = new ArrayList<>();

  /** In the order in which they were given, whose positions never go down. */
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  private EventLog log;
  private long lastPosition = -1;
  private boolean lost;
  private boolean closing;

  private record Waiting(long position, Runnable action) {}

  public EventJournal(Loop loop) {
    this.loop = loop;
  }

  /** Records go to this log from here on. */
  public void open(EventLog opened) {
    if (log != null) {
      throw new IllegalStateException("the journal is open");
    }
    log = opened;
  }

  public boolean isOpen() {
    return log != null;
  }

  /** The position of the newest record; -1 for none. */
  public long lastPosition() {
    return lastPosition;
  }

  /** Records are replayed on {@code part} from here on. */
  public void addState(Replayable part) {
    state.add(part);
  }

  @Override
  public void append(DriverEvent event) {
    // What comes behind the last event is of an application that has ended: it is not in the log.
    if (log == null || closing) {
      return;
    }
    if (!lost) {
      lastPosition = log.append(event);
    }
    state.forEach(part -> part.replay(event));
  }

  @Override
  public void whenDurable(Runnable action) {
    // Nor may anybody act on it.
    if (lost || closing) {
      return;
    }
    if (lastPosition < 0) {
      action.run();
    } else {
      // A failed flush fails the future and the log's owner halts: the action must never run then.
      // Each answer runs all that is due: a future may tell those who wait for it in any order.
      waiting.add(new Waiting(lastPosition, action));
      Answers.postSuccess(log.whenDurable(lastPosition), loop, this::runDue);
    }
  }

  private void runDue() {
    while (!waiting.isEmpty() && waiting.peek().position() <= log.durablePosition()) {
      waiting.poll().action().run();
    }
  }

  /** Records before this position are in a snapshot; segments that hold no others may go. */
  void releaseBefore(long position) {
    if (!lost && !closing) {
      log.releaseBefore(position);
    }
  }

  /** The log has failed; its owner ends the driver. */
  public void onLost() {
    lost = true;
    waiting.clear();
  }

  /** Completes when everything is durable and the log is closed; fails when the log is lost. */
  public CompletableFuture<Void> close() {
    closing = true;
    return log == null ? CompletableFuture.completedFuture(null) : log.close();
  }

  /** What the log did so far; empty before it is open. */
  public Optional<RecordLogCounters> counters() {
    return Optional.ofNullable(log).map(EventLog::counters);
  }
}
