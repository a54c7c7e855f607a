package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.state.ChangeNotes.PanePlace;

/**
 * A partition as captures wrote it, put together from everything and what changed since. Owned by
 * one thread at a time.
 */
public final class StateImage {
  private static final class Row {
    private final long number;
    private final Object key;
    private Object value;
    private long touchedMs;
    private boolean removed;

    private Row(long number, Object key) {
      this.number = number;
      this.key = key;
    }
  }

  private record InPane(Object key, Object value) {}

  private final RowForm form;

  /** By number; those from {@link #sorted} on are of the section that is being read. */
  private final ArrayList<Row> rows = new ArrayList<>();

  private int sorted;
  private final TreeMap<Long, List<InPane>> panes = new TreeMap<>();
  private final List<Object> toFilter = new ArrayList<>();
  private final List<Object> missing = new ArrayList<>();
  private final StateSize size = new StateSize();
  private long paneValues;
  private long highestNumber = -1;

  /** Nothing yet. */
  public StateImage(RowForm form) {
    this.form = form;
  }

  /**
   * Reads what one capture wrote: the one with everything first, then each over the one before.
   *
   * @throws IllegalStateException when it does not go on from what was read before
   */
  public void read(RowSource source) {
    toFilter.clear();
    missing.clear();
    while (source.hasItem()) {
      int item = (int) source.readLong();
      switch (item) {
        case RowItem.ENTERED -> entered(source);
        case RowItem.CHANGED -> {
          Row row = find(source.readLong());
          row.touchedMs = touch(source);
          row.value = value(source);
          size.put(row.key, row.value);
        }
        case RowItem.REMOVED -> find(source.readLong()).removed = true;
        case RowItem.IN_PANE -> inPane(source);
        case RowItem.OLDEST_PANE -> forgetPanesBefore(source.readLong());
        case RowItem.TO_FILTER -> toFilter.add(source.readValue());
        case RowItem.MISSING -> missing.add(source.readValue());
        default -> throw new IllegalStateException("there is no item " + item);
      }
    }
    rows.removeIf(row -> row.removed);
    rows.sort(Comparator.comparingLong(row -> row.number));
    sorted = rows.size();
  }

  private void entered(RowSource source) {
    long number = source.readLong();
    long touchedMs = touch(source);
    Row row = new Row(number, source.readValue());
    row.touchedMs = touchedMs;
    row.value = value(source);
    rows.add(row);
    size.put(row.key, row.value);
    highestNumber = Math.max(highestNumber, number);
  }

  private long touch(RowSource source) {
    return form == RowForm.TIMED ? source.readLong() : 0;
  }

  private Object value(RowSource source) {
    return switch (form) {
      case PLAIN, TIMED, PANES -> source.readValue();
      case STACKS -> TwoStacks.read(source);
      case LISTS -> PaneQueue.read(source);
    };
  }

  private void inPane(RowSource source) {
    long pane = source.readLong();
    List<InPane> values = panes.computeIfAbsent(pane, added -> new ArrayList<>());
    long position = source.readLong();
    if (position != values.size()) {
      throw new IllegalStateException(
          "value " + position + " of pane " + pane + " comes after " + values.size());
    }
    values.add(new InPane(source.readValue(), source.readValue()));
    paneValues++;
  }

  private void forgetPanesBefore(long oldest) {
    Map<Long, List<InPane>> old = panes.headMap(oldest, false);
    old.values().forEach(values -> paneValues -= values.size());
    old.clear();
  }

  private Row find(long number) {
    int low = 0;
    int high = sorted - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long found = rows.get(middle).number;
      if (found == number) {
        return rows.get(middle);
      } else if (found < number) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    throw new IllegalStateException("there is no row " + number + " to change");
  }

  /** Keys that are there. */
  public int size() {
    return rows.size();
  }

  /** Roughly what it takes in memory, also while it is being read. */
  public long bytes() {
    return size.bytes(rows.size(), 0, paneValues);
  }

  /**
   * The partition of a single image, which captures can go on from.
   *
   * @param versionMs of the last capture that was read
   */
  StatePartition partition(long versionMs, MemoryAccountant memory) {
    return join(List.of(this), key -> true, versionMs, memory, true);
  }

  /**
   * A partition of all keys of some images that belong to it; captures begin anew.
   *
   * @param images at least one, all of one form
   */
  static StatePartition join(
      Collection<StateImage> images,
      Predicate<Object> belongs,
      long versionMs,
      MemoryAccountant memory) {
    return join(images, belongs, versionMs, memory, false);
  }

  private static StatePartition join(
      Collection<StateImage> images,
      Predicate<Object> belongs,
      long versionMs,
      MemoryAccountant memory,
      boolean goesOn) {
    RowForm form = images.iterator().next().form;
    StatePartition partition = new StatePartition(memory);
    StateTable table = form == RowForm.TIMED ? StateTable.timed() : StateTable.plain();
    Window window = form == RowForm.PLAIN || form == RowForm.TIMED ? null : new Window();
    List<TimedEntry> timed = new ArrayList<>();
    for (StateImage image : images) {
      for (Row row : image.rows) {
        if (belongs.test(row.key)) {
          long number = goesOn ? row.number : table.nextNumber();
          Entry entry = table.restore(row.key, row.value, number);
          partition.size.put(row.key, row.value);
          if (entry instanceof TimedEntry one) {
            one.touchedMs = row.touchedMs;
            timed.add(one);
          }
        }
      }
    }
    timed.sort(TimedEntry.BY_DEADLINE);
    timed.forEach(entry -> table.touches().enter(entry, entry.touchedMs));
    PanePlace place = PanePlace.NONE;
    if (window != null) {
      place = restore(window, form, table, images, belongs);
    }
    partition.restored(versionMs, form, table, window);
    if (goesOn) {
      long numbers = images.iterator().next().highestNumber + 1;
      table.numbersFrom(numbers);
      partition.notes.restored(versionMs, numbers, place);
    }
    return partition;
  }

  private static PanePlace restore(
      Window window,
      RowForm form,
      StateTable table,
      Collection<StateImage> images,
      Predicate<Object> belongs) {
    TreeMap<Long, Pane> made = new TreeMap<>();
    if (form == RowForm.PANES) {
      for (StateImage image : images) {
        image.panes.forEach(
            (number, values) -> {
              Pane pane = made.computeIfAbsent(number, added -> new Pane(added, true));
              for (InPane value : values) {
                if (belongs.test(value.key())) {
                  pane.add(entry(table, value.key()), value.value());
                }
              }
            });
      }
    } else {
      for (Entry each = table.first(); each != null; each = table.next(each)) {
        Entry entry = each;
        long[] last = {Long.MIN_VALUE};
        panes(
            entry.value,
            number -> {
              if (number != last[0]) {
                last[0] = number;
                made.computeIfAbsent(number, added -> new Pane(added, false)).add(entry, null);
              }
            });
      }
    }
    made.values().stream().filter(pane -> pane.size() > 0).forEach(window::restore);
    for (StateImage image : images) {
      image.toFilter.stream()
          .filter(belongs)
          .forEach(key -> window.changed().add(entry(table, key)));
      image.missing.stream()
          .filter(belongs)
          .forEach(key -> window.missing().add(entry(table, key)));
    }
    Window.Mark mark = window.mark();
    return form == RowForm.PANES && mark.newest() != null
        ? new PanePlace(mark.newest().number, mark.newestSize())
        : PanePlace.NONE;
  }

  private static void panes(Object value, LongConsumer consumer) {
    if (value instanceof TwoStacks stacks) {
      stacks.panes(consumer);
    } else {
      ((PaneQueue) value).panes(consumer);
    }
  }

  /** The key's entry, or one that is not in the table. */
  private static Entry entry(StateTable table, Object key) {
    int hash = StateTable.hash(key);
    Entry found = table.find(key, hash);
    return found == null ? new Entry(key, hash, null, -1) : found;
  }
}
