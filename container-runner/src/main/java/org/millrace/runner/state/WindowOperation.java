package org.millrace.runner.state;

import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;

/**
 * Moves a window to a batch: panes leave it, then the batch's pairs enter its newest pane.
 *
 * <p>What a program sees of a window are its complete panes. So the filter is asked when one is
 * complete, for the keys that changed since the last one was.
 */
abstract class WindowOperation extends LookingUp {
  /** Where a batch is in a window: its pane, the newest that left, and whether its pane ends. */
  record Place(long pane, long lastLeft, boolean paneIsComplete) {
    static Place of(long timeMs, long zeroMs, long paneMs, int panes) {
      long sinceZero = timeMs - zeroMs;
      long pane = -Math.floorDiv(-sinceZero, paneMs);
      return new Place(pane, pane - panes, Math.floorMod(sinceZero, paneMs) == 0);
    }
  }

  final Place place;
  final Window window;
  private final Function<Object, Boolean> filter;
  private final Shown shown;
  private final boolean keepsValues;
  private int leaving;
  private Pane newest;
  private int filtered;

  /** Calls of the program's functions: they count as keys in the limits of a slice. */
  int calls;

  /**
   * @param filter null keeps all keys
   * @param keepsValues whether what entered must be known when it leaves
   */
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  WindowOperation(
      StatePartition state, Place place, Object filter, Shown shown, boolean keepsValues) {
    super(state);
    this.shown = shown;
    this.place = place;
    this.window = state.window;
    this.filter = (Function<Object, Boolean>) filter;
    this.keepsValues = keepsValues;
    window.beginBatch(log);
  }

  @Override
  void initial(Tuple2<?, ?> pair, long timeMs) {
    throw new MillraceException(ErrorCode.INTERNAL, "a window has no initial pairs");
  }

  @Override
  boolean leave(int limit) throws Exception {
    calls = 0;
    for (int done = 0; done + calls < limit; done++) {
      Pane oldest = window.oldest();
      if (oldest == null || oldest.number > place.lastLeft()) {
        return true;
      }
      if (leaving == oldest.size()) {
        window.removeOldest(log);
        leaving = 0;
      } else {
        leave(oldest.entry(leaving), oldest, leaving);
        leaving++;
      }
    }
    return false;
  }

  /** The values that a key got in a pane leave. */
  abstract void leave(Entry entry, Pane pane, int position) throws Exception;

  @Override
  final void apply(Tuple2<?, ?> pair, int hash) throws Exception {
    if (newest == null) {
      newest = window.open(place.pane(), keepsValues, log);
    }
    Object key = pair._1();
    enter(newest, table.find(key, hash), key, hash, pair._2());
    state.size.put(key, pair._2());
  }

  /**
   * A value of the batch.
   *
   * @param entry null when the key is not there
   */
  abstract void enter(Pane pane, Entry entry, Object key, int hash, Object value) throws Exception;

  /** Puts another value for a key that is there, to be filtered. */
  final void change(Entry entry, Object value) {
    if (filter != null && entry.value != value) {
      window.changed().add(entry);
    }
    table.set(entry, value, log);
  }

  /** Adds a key that is not there, to be filtered. */
  final Entry add(Object key, int hash, Object value) {
    Entry entry = table.enter(key, hash, value, 0, log);
    if (filter != null) {
      window.changed().add(entry);
    }
    return entry;
  }

  @Override
  boolean finishApplied(int limit) throws Exception {
    if (!place.paneIsComplete()) {
      return true;
    }
    int until = Math.min(window.changed().size(), filtered + limit);
    for (; filtered < until; filtered++) {
      Entry entry = window.changed().get(filtered);
      if (entry.isPresent && !filter.call(new Tuple2<>(entry.key, shown.value(entry.value)))) {
        table.leave(entry, log);
      }
    }
    if (filtered < window.changed().size()) {
      return false;
    }
    requireThere();
    window.paneIsComplete();
    return true;
  }

  /** A key without value when values of it left must have come back before the pane ended. */
  private void requireThere() {
    for (Entry entry : window.missing()) {
      if (table.find(entry.key, entry.hash) == null) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "values of key "
                + entry.key
                + " leave the window, but the window has no value for it: the filter refused the key"
                + " while it had values in the window, or its class "
                + (entry.key == null ? "null" : entry.key.getClass().getName())
                + " has a hashCode and equals that change, or the functions give other results for"
                + " the same values; let the filter refuse only what the inverse function leaves of"
                + " a key without values");
      }
    }
  }
}
