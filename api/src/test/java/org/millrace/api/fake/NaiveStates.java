package org.millrace.api.fake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.Tuple2;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.streaming.Time;

/**
 * Says what keyed state is after a batch, from the definition: by what all batches since the first
 * one brought.
 *
 * <p>It has to be told of the state of every batch by {@link #add}, and knows what a state node is
 * computed from by its previous times.
 */
public final class NaiveStates {
  /**
   * One partition of a state after a batch.
   *
   * @param results what the operation gives
   * @param pairs all keys and their state
   */
  record Outcome(List<Object> results, List<Object> pairs) {}

  /**
   * What a batch brought to a partition.
   *
   * @param records the arranged pairs
   */
  record Step(Time batchTime, List<Object> records) {}

  private record Version(int stateId, Time batchTime) {}

  private final Map<Version, StateNode> versions = new HashMap<>();
  private final Map<StateNode, List<Outcome>> known = new IdentityHashMap<>();

  /** Tells of the state of a batch, before anything later is asked for. */
  public void add(StateNode state) {
    versions.put(new Version(state.identity().stateId(), state.batchTime()), state);
  }

  /** What a batch gave, partition by partition. */
  List<List<Object>> results(StateNode state, NaiveInterpreter interpreter) throws Exception {
    return copied(outcomes(state, interpreter).stream().map(Outcome::results).toList());
  }

  /** All keys and their state after a batch, partition by partition. */
  List<List<Object>> pairs(StateNode state, NaiveInterpreter interpreter) throws Exception {
    return copied(outcomes(state, interpreter).stream().map(Outcome::pairs).toList());
  }

  private static List<List<Object>> copied(List<List<Object>> partitions) {
    List<List<Object>> copy = new ArrayList<>();
    partitions.forEach(partition -> copy.add(new ArrayList<>(partition)));
    return copy;
  }

  private List<Outcome> outcomes(StateNode state, NaiveInterpreter interpreter) throws Exception {
    List<Outcome> outcomes = known.get(state);
    if (outcomes == null) {
      outcomes = compute(state, interpreter);
      known.put(state, outcomes);
    }
    return outcomes;
  }

  private List<Outcome> compute(StateNode state, NaiveInterpreter interpreter) throws Exception {
    List<StateNode> history = history(state);
    List<List<List<Object>>> inputs = new ArrayList<>();
    for (StateNode version : history) {
      inputs.add(interpreter.partitions(version.input()));
    }
    RddNode initialNode = history.get(0).initial().orElse(null);
    List<List<Object>> initial = initialNode == null ? null : interpreter.partitions(initialNode);
    List<Outcome> outcomes = new ArrayList<>();
    for (int partition = 0; partition < state.partitionCount(); partition++) {
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < history.size(); i++) {
        steps.add(new Step(history.get(i).batchTime(), inputs.get(i).get(partition)));
      }
      outcomes.add(outcome(state, initial == null ? List.of() : initial.get(partition), steps));
    }
    return outcomes;
  }

  /** All versions from the first to this one. */
  private List<StateNode> history(StateNode last) {
    List<StateNode> history = new ArrayList<>();
    StateNode version = last;
    while (true) {
      history.add(0, version);
      if (version.previous().isEmpty()) {
        return history;
      }
      Version before = new Version(last.identity().stateId(), version.previous().get());
      version = versions.get(before);
      if (version == null) {
        throw new IllegalStateException("nobody told of " + before);
      }
    }
  }

  private static Outcome outcome(StateNode state, List<Object> initial, List<Step> steps)
      throws Exception {
    StateOperation operation = state.identity().operation();
    if (operation instanceof StateOperation.MapWithState map) {
      return NaiveMapWithState.outcome(map, initial, steps);
    } else if (operation instanceof StateOperation.UpdateByKey update) {
      return NaiveUpdate.outcome(update, initial, steps);
    } else if (operation instanceof StateOperation.UpdatePartition update) {
      return NaiveUpdate.outcome(update, initial, steps);
    } else if (operation instanceof StateOperation.WindowReduce window) {
      return NaiveWindow.outcome(window, state.identity().zeroTime(), steps);
    } else if (operation instanceof StateOperation.WindowGroup window) {
      return NaiveWindow.outcome(window, state.identity().zeroTime(), steps);
    }
    throw new IllegalArgumentException("not a known operation: " + operation);
  }

  /** The pairs of a table, in its order. */
  static List<Object> pairsOf(Map<Object, ?> table) {
    List<Object> pairs = new ArrayList<>();
    table.forEach((key, value) -> pairs.add(new Tuple2<>(key, value)));
    return pairs;
  }
}
