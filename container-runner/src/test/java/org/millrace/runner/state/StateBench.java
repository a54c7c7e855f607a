package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.millrace.api.Tuple2;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateSpec;
import org.millrace.runner.wire.proto.StateVersion;

/** One partition of one state, brought from version to version as tasks would. */
final class StateBench {
  static final int STATE = 7;

  final BudgetAccountant memory = new BudgetAccountant(1 << 20, MemoryShares.DEFAULT);
  final StateStore store;
  final StateSpec spec;
  final Object[] functions;
  int wakes;
  long zeroMs;

  StateBench(StateSpec.Builder spec, Object... functions) {
    this(1_024, spec, functions);
  }

  StateBench(int keysASlice, StateSpec.Builder spec, Object... functions) {
    this.store = new StateStore(memory, keysASlice);
    this.spec = spec.build();
    this.functions = functions;
  }

  /** The same state, seen as all pairs. */
  StateSpec view() {
    return spec.toBuilder().setView(true).build();
  }

  static Tuple2<Object, Object> pair(Object key, Object value) {
    return new Tuple2<>(key, value);
  }

  StateInput input(long versionMs, long previousMs, long committedMs) {
    return StateInput.newBuilder()
        .setStateId(STATE)
        .setPartition(0)
        .setVersionMs(versionMs)
        .setPreviousMs(previousMs)
        .setCommittedMs(committedMs)
        .setZeroMs(zeroMs)
        .build();
  }

  /** An attempt that was not begun. */
  StateAttempt open(StateSpec as, StateInput input, int children) {
    return store.attempt(as, input, functions, children);
  }

  /** Brings an attempt up to where it needs the pairs of the batch; false when it must wait. */
  boolean toInput(StateAttempt attempt, List<?> initial) throws Exception {
    while (true) {
      switch (attempt.need()) {
        case HOLD -> {
          if (!attempt.hold(() -> wakes++)) {
            return false;
          }
        }
        case WORK -> attempt.work();
        case INITIAL -> {
          for (Object pair : initial) {
            attempt.accept(pair);
          }
          attempt.pageEnded();
          attempt.ended();
        }
        case INPUT, NOTHING -> {
          return true;
        }
      }
    }
  }

  /** Gives the pairs of the batch and brings the attempt to its end. */
  void toEnd(StateAttempt attempt, List<?> pairs) throws Exception {
    if (attempt.need() == StateAttempt.Need.INPUT) {
      for (Object pair : pairs) {
        attempt.accept(pair);
      }
      attempt.pageEnded();
      attempt.ended();
    }
    while (attempt.need() != StateAttempt.Need.NOTHING) {
      attempt.work();
    }
  }

  static List<Object> read(StateAttempt attempt) {
    List<Object> records = new ArrayList<>();
    for (Iterator<Object> i = attempt.records(); i.hasNext(); ) {
      records.add(i.next());
    }
    return records;
  }

  List<Object> run(StateSpec as, StateInput input, List<?> initial, List<?> pairs)
      throws Exception {
    try (StateAttempt attempt = open(as, input, initial == null ? 1 : 2)) {
      if (!toInput(attempt, initial)) {
        throw new AssertionError("another attempt has the partition");
      }
      toEnd(attempt, pairs);
      return read(attempt);
    }
  }

  /** The result of a batch; nothing is committed. */
  List<Object> run(long versionMs, long previousMs, Tuple2<?, ?>... pairs) throws Exception {
    return run(spec, input(versionMs, previousMs, -1), null, List.of(pairs));
  }

  /** All pairs of a version that is there. */
  List<Object> view(long versionMs) throws Exception {
    return run(view(), input(versionMs, -1, -1), null, List.of());
  }

  /** What the failed batch threw. */
  Exception fail(long versionMs, long previousMs, Tuple2<?, ?>... pairs) {
    try {
      List<Object> records = run(versionMs, previousMs, pairs);
      throw new AssertionError("the batch gave " + records);
    } catch (Exception e) {
      return e;
    }
  }

  long heldBytes() {
    return memory.usedBytes(Use.STATE);
  }

  void release() {
    store.release(StateVersion.newBuilder().setStateId(STATE).setPartition(0).build());
  }
}
