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

/** The journal over the event log of this driver's epoch. Owned by the driver loop. */
public final class EventJournal implements Journal {
  private final EventLog log;
  private final Loop loop;
  private final List<Replayable> state = new ArrayList<>();

  /** In the order in which they were given, whose positions never go down. */
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  private long lastPosition = -1;

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
    lastPosition = log.append(event);
    state.forEach(part -> part.replay(event));
  }

  @Override
  public void whenDurable(Runnable action) {
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

  /** Completes when everything is durable and the log is closed. */
  public CompletableFuture<Void> close() {
    return log.close();
  }
}
