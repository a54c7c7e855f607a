package org.millrace.api.fake;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function3;
import org.millrace.api.function.Function4;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.Time;

/** Runs {@code mapWithState} over all batches of a partition, looking at every key each time. */
final class NaiveMapWithState {
  private record Entry(Object state, long touchedMs) {}

  private final StateOperation.MapWithState operation;
  private final Serializable function;
  private final Map<Object, Entry> table = new LinkedHashMap<>();
  private List<Object> results = List.of();

  private NaiveMapWithState(StateOperation.MapWithState operation) throws Exception {
    this.operation = operation;
    this.function = Shipping.copy(operation.function());
  }

  static NaiveStates.Outcome outcome(
      StateOperation.MapWithState operation, List<Object> initial, List<NaiveStates.Step> steps)
      throws Exception {
    NaiveMapWithState run = new NaiveMapWithState(operation);
    for (Object record : initial) {
      Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
      run.table.put(pair._1(), new Entry(pair._2(), steps.get(0).batchTime().milliseconds()));
    }
    for (NaiveStates.Step step : steps) {
      run.apply(step);
    }
    Map<Object, Object> pairs = new LinkedHashMap<>();
    run.table.forEach((key, entry) -> pairs.put(key, entry.state));
    return new NaiveStates.Outcome(run.results, NaiveStates.pairsOf(pairs));
  }

  private void apply(NaiveStates.Step step) throws Exception {
    results = new ArrayList<>();
    long nowMs = step.batchTime().milliseconds();
    for (Object record : step.records()) {
      Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
      KeyState state = stateOf(pair._1(), false);
      call(step.batchTime(), pair._1(), Optional.ofNullable(pair._2()), state);
      if (state.exists) {
        table.put(pair._1(), new Entry(state.value, nowMs));
      } else {
        table.remove(pair._1());
      }
    }
    if (operation.timeoutMs() >= 0) {
      List<Object> idle = new ArrayList<>();
      table.forEach(
          (key, entry) -> {
            if (nowMs - entry.touchedMs >= operation.timeoutMs() && entry.touchedMs < nowMs) {
              idle.add(key);
            }
          });
      idle.sort(Comparator.comparingLong(key -> table.get(key).touchedMs));
      for (Object key : idle) {
        call(step.batchTime(), key, Optional.empty(), stateOf(key, true));
        table.remove(key);
      }
    }
  }

  private KeyState stateOf(Object key, boolean timingOut) {
    Entry entry = table.get(key);
    return new KeyState(entry != null, entry == null ? null : entry.state, timingOut);
  }

  @SuppressWarnings("unchecked") // the operation says what its function is
  private void call(Time time, Object key, Optional<Object> value, KeyState state)
      throws Exception {
    if (operation.alwaysEmits()) {
      results.add(
          ((Function3<Object, Optional<Object>, State<Object>, Object>) function)
              .call(key, value, state));
    } else {
      Optional<Object> result =
          ((Function4<Time, Object, Optional<Object>, State<Object>, Optional<Object>>) function)
              .call(time, key, value, state);
      if (result.isPresent()) {
        results.add(result.get());
      }
    }
  }

  /** The state of a key during one call. */
  private static final class KeyState implements State<Object> {
    private boolean exists;
    private Object value;
    private boolean removed;
    private final boolean timingOut;

    KeyState(boolean exists, Object value, boolean timingOut) {
      this.exists = exists;
      this.value = value;
      this.timingOut = timingOut;
    }

    @Override
    public boolean exists() {
      return exists;
    }

    @Override
    public Object get() {
      if (!exists) {
        throw new NoSuchElementException("the key has no state");
      }
      return value;
    }

    @Override
    public void update(Object newState) {
      requireChangeable();
      exists = true;
      value = newState;
    }

    @Override
    public void remove() {
      requireChangeable();
      exists = false;
      removed = true;
    }

    private void requireChangeable() {
      if (removed || timingOut) {
        throw new IllegalArgumentException("the state was removed or is timing out");
      }
    }

    @Override
    public boolean isTimingOut() {
      return timingOut;
    }
  }
}
