package org.millrace.runner.state;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.state.WindowOperation.Place;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;

/** Which class does what a {@link StateSpec} says. */
final class Operations {
  private Operations() {}

  static StateTable emptyTable(StateSpec spec) {
    boolean timesOut = spec.getKind() == StateKind.MAP_WITH_STATE && spec.getTimeoutMs() >= 0;
    return timesOut ? StateTable.timed() : StateTable.plain();
  }

  /** How what is in the table is written. */
  static RowForm form(StateSpec spec) {
    return switch (spec.getKind()) {
      case MAP_WITH_STATE -> spec.getTimeoutMs() >= 0 ? RowForm.TIMED : RowForm.PLAIN;
      case WINDOW_REDUCE -> spec.getInverse() < 0 ? RowForm.STACKS : RowForm.PANES;
      case WINDOW_GROUP -> RowForm.LISTS;
      default -> RowForm.PLAIN;
    };
  }

  /** Null for an operation without a window. */
  static Window emptyWindow(StateSpec spec) {
    StateKind kind = spec.getKind();
    boolean isWindow = kind == StateKind.WINDOW_REDUCE || kind == StateKind.WINDOW_GROUP;
    return isWindow ? new Window() : null;
  }

  static Operation open(
      StateSpec spec, StateInput input, Object[] functions, StatePartition partition) {
    long timeMs = input.getVersionMs();
    return switch (spec.getKind()) {
      case MAP_WITH_STATE ->
          new MapWithStateOperation(
              partition,
              functions[spec.getFunction()],
              spec.getAlwaysEmits(),
              timeMs,
              spec.getTimeoutMs());
      case UPDATE_BY_KEY ->
          new UpdateByKeyOperation(partition, functions[spec.getFunction()], timeMs);
      case UPDATE_PARTITION ->
          new UpdatePartitionOperation(partition, functions[spec.getFunction()], timeMs);
      case WINDOW_REDUCE -> windowReduce(spec, place(spec, input), functions, partition);
      case WINDOW_GROUP -> new GroupWindowOperation(partition, place(spec, input));
      case STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new MillraceException(
              ErrorCode.INTERNAL,
              "this executor does not know the state operation "
                  + spec.getKind()
                  + ": driver and executor are of different versions");
    };
  }

  private static Operation windowReduce(
      StateSpec spec, Place place, Object[] functions, StatePartition partition) {
    Object reduce = functions[spec.getFunction()];
    Object filter = spec.getFilter() < 0 ? null : functions[spec.getFilter()];
    return spec.getInverse() < 0
        ? new TwoStacksOperation(partition, place, reduce, filter)
        : new InverseWindowOperation(
            partition, place, reduce, functions[spec.getInverse()], filter);
  }

  private static Place place(StateSpec spec, StateInput input) {
    return Place.of(input.getVersionMs(), input.getZeroMs(), spec.getPaneMs(), spec.getPanes());
  }

  /** How a program sees the values in the table. */
  static Shown shown(StateSpec spec) {
    return switch (spec.getKind()) {
      case WINDOW_REDUCE -> spec.getInverse() < 0 ? TwoStacksOperation::shown : kept -> kept;
      case WINDOW_GROUP -> GroupWindowOperation::shown;
      default -> kept -> kept;
    };
  }
}
