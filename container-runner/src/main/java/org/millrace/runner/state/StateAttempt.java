package org.millrace.runner.state;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.state.StatePartition.Held;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;
import org.millrace.runner.wire.proto.StateVersion;

/**
 * Brings a state partition to a version, then reads it. Owned by the slot loop of its task, which
 * gives what {@link #need} names until that is {@link Need#NOTHING}; the state is changed then and
 * {@link #records} can be read. Every call does at most a slice of work and none blocks.
 *
 * <pre>
 *   HOLD --at the version--> NOTHING
 *   HOLD --at another--> WORK (undo) --> INITIAL (a first version with initial pairs) --> WORK (what left)
 *     --> INPUT --> WORK (what needs all input) --> NOTHING
 * </pre>
 *
 * Closed before NOTHING, it leaves the partition as it found it.
 */
public final class StateAttempt implements AutoCloseable {
  /** What must come next. */
  public enum Need {
    /** {@link #hold}. */
    HOLD,
    /** {@link #work}. */
    WORK,
    /** {@link #accept} for the initial pairs, then {@link #ended}. */
    INITIAL,
    /** {@link #accept} for the pairs of the batch, then {@link #ended}. */
    INPUT,
    /** The state is at the version. */
    NOTHING
  }

  private enum Phase {
    HOLDING,
    UNDOING,
    INITIAL,
    LEAVING,
    INPUT,
    FINISHING,
    READING,
    CLOSED
  }

  private final StatePartition partition;
  private final StateSpec spec;
  private final StateInput input;
  private final Object[] functions;
  private final int childCount;
  private final int keysASlice;
  private Phase phase = Phase.HOLDING;
  private Operation operation;

  /** The partition is at the version but for what a failed attempt left. */
  private boolean onlyUndoes;

  StateAttempt(
      StatePartition partition,
      StateSpec spec,
      StateInput input,
      Object[] functions,
      int childCount,
      int keysASlice) {
    this.partition = partition;
    this.spec = spec;
    this.input = input;
    this.functions = functions;
    this.childCount = childCount;
    this.keysASlice = keysASlice;
  }

  /** What must come next. */
  public Need need() {
    return switch (phase) {
      case HOLDING -> Need.HOLD;
      case UNDOING, LEAVING, FINISHING -> Need.WORK;
      case INITIAL -> Need.INITIAL;
      case INPUT -> Need.INPUT;
      case READING, CLOSED -> Need.NOTHING;
    };
  }

  /**
   * Takes the partition.
   *
   * @param wake runs, on any thread, after false was returned
   * @return false when another attempt has it: ask again after {@code wake}
   * @throws MillraceException {@link ErrorCode#STATE_VERSION_LOST}
   */
  public boolean hold(Runnable wake) {
    Held held = partition.hold(input, childCount > 0, wake);
    switch (held) {
      case WAIT -> {
        return false;
      }
      case READ -> phase = Phase.READING;
      case CHANGE -> {
        phase = Phase.UNDOING;
        onlyUndoes = partition.versionMs() == input.getVersionMs();
        if (!onlyUndoes && input.getPreviousMs() == StatePartition.NONE) {
          partition.begin(spec);
          beginChanges();
        }
      }
      case LOST -> throw lost();
    }
    return true;
  }

  private void beginChanges() {
    partition.requireForm(input, Operations.form(spec));
    operation = Operations.open(spec, input, functions, partition);
    phase = childCount > 1 ? Phase.INITIAL : Phase.LEAVING;
  }

  /** Does a slice of what needs no input. */
  public void work() throws Exception {
    switch (phase) {
      case UNDOING -> undo();
      case LEAVING -> {
        if (operation.leave(keysASlice)) {
          phase = Phase.INPUT;
        }
      }
      case FINISHING -> {
        if (operation.finish(keysASlice)) {
          complete();
        }
      }
      default -> throw misused("work");
    }
    partition.account();
  }

  private void undo() {
    if (onlyUndoes) {
      if (partition.undoTo(input.getVersionMs(), keysASlice)) {
        partition.completeUndone();
        phase = Phase.READING;
      }
    } else if (partition.undoTo(input.getPreviousMs(), keysASlice)) {
      partition.beginFrom(input.getPreviousMs());
      beginChanges();
    }
  }

  /** A record of the child that {@link #need} names. */
  public void accept(Object record) throws Exception {
    if (phase == Phase.INPUT) {
      operation.accept((Tuple2<?, ?>) record);
    } else if (phase == Phase.INITIAL) {
      operation.initial((Tuple2<?, ?>) record, input.getVersionMs());
    } else {
      throw misused("accept");
    }
  }

  /** A page of the child was accepted: its memory is accounted. */
  public void pageEnded() {
    partition.account();
  }

  /** The child that {@link #need} names has no more records. */
  public void ended() {
    switch (phase) {
      case INITIAL -> phase = Phase.LEAVING;
      case INPUT -> phase = Phase.FINISHING;
      default -> throw misused("ended");
    }
  }

  private void complete() {
    List<Object> results =
        operation instanceof MapWithStateOperation mapping ? mapping.results() : null;
    partition.complete(input.getVersionMs(), results);
    operation = null;
    phase = Phase.READING;
  }

  /**
   * The results of the version or, for a view, the pairs of key and state; until this is closed.
   */
  public Iterator<Object> records() {
    if (phase != Phase.READING) {
      throw misused("records");
    }
    if (spec.getKind() == StateKind.MAP_WITH_STATE && !spec.getView()) {
      if (partition.results == null) {
        throw new MillraceException(
            ErrorCode.STATE_VERSION_LOST,
            "partition %d of state %d was restored at batch %d, whose results are not kept"
                .formatted(input.getPartition(), input.getStateId(), input.getVersionMs()));
      }
      return partition.results.iterator();
    }
    return new Pairs(partition.table, Operations.shown(spec));
  }

  /** What is there when {@link Need#NOTHING} is needed, for the driver. */
  public StateVersion version() {
    if (phase != Phase.READING) {
      throw misused("version");
    }
    return partition.version(input);
  }

  /** Gives the partition to others. Idempotent. */
  @Override
  public void close() {
    if (phase != Phase.HOLDING && phase != Phase.CLOSED) {
      partition.release();
    }
    phase = Phase.CLOSED;
    operation = null;
  }

  private MillraceException lost() {
    long found = partition.versionMs();
    return new MillraceException(
        ErrorCode.STATE_VERSION_LOST,
        "partition %d of state %d is %s on this executor, but batch %d must begin from %s%s"
            .formatted(
                input.getPartition(),
                input.getStateId(),
                found == StatePartition.NONE ? "not" : "at batch " + found,
                input.getVersionMs(),
                childCount == 0 ? "itself" : "batch " + input.getPreviousMs(),
                "; run the batches since the last version that is somewhere again, or restart"
                    + " from the checkpoint"));
  }

  private IllegalStateException misused(String call) {
    return new IllegalStateException(call + " in phase " + phase);
  }

  /** The pairs of a table in order. */
  private static final class Pairs implements Iterator<Object> {
    private final StateTable table;
    private final Shown shown;
    private Entry next;

    Pairs(StateTable table, Shown shown) {
      this.table = table;
      this.shown = shown;
      this.next = table.first();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Object next() {
      if (next == null) {
        throw new NoSuchElementException("the state is at its end");
      }
      Entry entry = next;
      next = table.next(entry);
      return new Tuple2<>(entry.key, shown.value(entry.value));
    }
  }
}
