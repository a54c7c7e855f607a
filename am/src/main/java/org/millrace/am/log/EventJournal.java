package org.millrace.am.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.EventLog;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;

/**
 * The journal over the event log of this driver's epoch. Owned by the driver loop.
 *
 * <p>Once the log is lost the parts still replay what is appended, so that they agree with each
 * other until the driver has ended; nothing becomes durable any more and no action runs.
 */
public final class EventJournal implements Journal {
  private final EventLog log;
  private final Loop loop;
  private final List<Replayable> state = new ArrayList<>();

  /** In the order in which they were given, whose positions never go down. */
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  private long lastPosition = -1;
  private boolean lost;

  private record Waiting(long position, Runnable action) {}

  public EventJournal(EventLog log, Loop loop) {
    this.log = log;
    this.loop = loop;
  }

  /** Records are replayed on {@code part} from here on. */
  public void addState(Replayable part) {
    state.add(part);
  }

  @Override
  public void append(DriverEvent event) {
    if (!lost) {
      lastPosition = log.append(event);
    }
    state.forEach(part -> part.replay(event));
  }

  @Override
  public void whenDurable(Runnable action) {
    if (lost) {
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

  /** The log has failed; its owner ends the driver. */
  public void onLost() {
    lost = true;
    waiting.clear();
  }

  /** Completes when everything is durable and the log is closed; fails when the log is lost. */
  public CompletableFuture<Void> close() {
    return log.close();
  }
}
