package org.millrace.am.log;

import java.util.ArrayList;
import java.util.List;
import org.millrace.checkpoint.log.DriverEvent;

/** Remembers records; they are durable at once, or when the test says so. */
public final class FakeJournal implements Journal {
  private final List<DriverEvent> events = new ArrayList<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean held;
  private int durable;

  /** Nothing becomes durable until {@link #makeDurable}. */
  public void hold() {
    held = true;
  }

  /** Everything that was appended is durable, and what follows at once. */
  public void makeDurable() {
    held = false;
    durable = events.size();
    List<Runnable> due = new ArrayList<>(waiting);
    waiting.clear();
    due.forEach(Runnable::run);
  }

  public List<DriverEvent> events() {
    return List.copyOf(events);
  }

  /** The state that the records give. */
  public DriverState state() {
    DriverState state = new DriverState();
    events.forEach(state::replay);
    return state;
  }

  @Override
  public void append(DriverEvent event) {
    events.add(event);
    durable = held ? durable : events.size();
  }

  @Override
  public void whenDurable(Runnable action) {
    if (durable == events.size()) {
      action.run();
    } else {
      waiting.add(action);
    }
  }
}
