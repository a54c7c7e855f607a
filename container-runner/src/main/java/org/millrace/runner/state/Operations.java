package org.millrace.runner.state;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
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
      case UPDATE_PARTITION, WINDOW_REDUCE, WINDOW_GROUP, STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new MillraceException(
              ErrorCode.INTERNAL,
              "this executor does not know the state operation "
                  + spec.getKind()
                  + ": driver and executor are of different versions");
    };
  }

  static Shown shown(StateSpec spec) {
    return kept -> kept;
  }
}
