package org.millrace.runner.state;

import java.util.List;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.state.Capture.Row;

/**
 * A partition as it was at one version, to be written while tasks go on changing it. Used by one
 * thread at a time.
 *
 * <pre>
 *   {@link #write} until END -> {@link #isWritten} when it is durable
 *                 any time -> {@link #giveUp}: what it has counts as changed for the next one
 * </pre>
 */
public final class StateCapture {
  /** What {@link #write} did. */
  public enum Progress {
    /** Some items were written; more may follow. */
    MORE,
    /** Tasks have the partition: go on when woken. */
    WAIT,
    /** The last item was written. */
    END
  }

  private final StatePartition partition;
  private final int stateId;
  private final int number;
  private final long versionMs;
  private boolean rowsWritten;
  private long rows;
  private long removed;
  private boolean isDelta;
  private RowForm form = RowForm.PLAIN;

  StateCapture(StatePartition partition, int stateId, int number, long versionMs) {
    this.partition = partition;
    this.stateId = stateId;
    this.number = number;
    this.versionMs = versionMs;
  }

  public int stateId() {
    return stateId;
  }

  public int partition() {
    return number;
  }

  public long versionMs() {
    return versionMs;
  }

  /** Whether it has what changed since the capture before it only; known after a MORE or END. */
  public boolean isDelta() {
    return isDelta;
  }

  /** How rows are written; known after a MORE or END. */
  public RowForm form() {
    return form;
  }

  /** Rows with a value that were written. */
  public long rows() {
    return rows;
  }

  /** Rows of removed keys that were written. */
  public long removed() {
    return removed;
  }

  /**
   * Writes some items.
   *
   * @param limit about how many keys to look at
   * @param wake runs, on any thread, when it is worth to go on after WAIT
   * @throws MillraceException STATE_VERSION_LOST when the partition is not here any more, or cannot
   *     be seen at the version
   */
  public Progress write(RowSink sink, int limit, Runnable wake) {
    if (rowsWritten) {
      return Progress.END;
    }
    StatePartition.Captured captured = partition.take(this, limit, wake);
    if (captured == null) {
      return Progress.WAIT;
    }
    isDelta = captured.isDelta();
    form = captured.form();
    for (Row row : captured.rows()) {
      write(row, sink);
    }
    if (!captured.isLast()) {
      return Progress.MORE;
    }
    if (captured.window() != null) {
      write(captured.window(), sink);
    }
    rowsWritten = true;
    return Progress.END;
  }

  private void write(Row row, RowSink sink) {
    Entry entry = row.entry();
    switch (row.kind()) {
      case ENTERED -> sink.writeLong(RowItem.ENTERED);
      case CHANGED -> sink.writeLong(RowItem.CHANGED);
      case REMOVED -> sink.writeLong(RowItem.REMOVED);
    }
    sink.writeLong(entry.number);
    if (row.kind() == Capture.Kind.REMOVED) {
      removed++;
    } else {
      if (form == RowForm.TIMED) {
        sink.writeLong(row.touchedMs());
      }
      if (row.kind() == Capture.Kind.ENTERED) {
        sink.writeValue(entry.key);
      }
      writeValue(row.value(), sink);
      rows++;
    }
    sink.endItem();
  }

  private void writeValue(Object value, RowSink sink) {
    switch (form) {
      case PLAIN, TIMED, PANES -> sink.writeValue(value);
      case STACKS -> ((TwoStacks) value).write(sink);
      case LISTS -> ((PaneQueue) value).write(sink);
    }
  }

  private static void write(WindowCapture window, RowSink sink) {
    sink.writeLong(RowItem.OLDEST_PANE);
    sink.writeLong(window.oldest());
    sink.endItem();
    for (Pane.Slice pane : window.panes()) {
      for (int i = pane.from(); i < pane.until(); i++) {
        sink.writeLong(RowItem.IN_PANE);
        sink.writeLong(pane.number());
        sink.writeLong(i);
        sink.writeValue(pane.entries()[i].key);
        sink.writeValue(pane.values()[i]);
        sink.endItem();
      }
    }
    writeKeys(RowItem.TO_FILTER, window.changed(), sink);
    writeKeys(RowItem.MISSING, window.missing(), sink);
  }

  private static void writeKeys(int item, List<Entry> entries, RowSink sink) {
    for (Entry entry : entries) {
      sink.writeLong(item);
      sink.writeValue(entry.key);
      sink.endItem();
    }
  }

  /** It is durable: the next capture goes on from it. */
  public void isWritten() {
    partition.endCapture(this, true);
  }

  /** It is not durable and will not be. Does nothing after {@link #isWritten}. */
  public void giveUp() {
    partition.endCapture(this, false);
  }
}
