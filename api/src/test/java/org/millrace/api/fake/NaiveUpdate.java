package org.millrace.api.fake;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.graph.StateOperation;

/** Runs {@code updateStateByKey} over all batches of a partition. */
final class NaiveUpdate {
  private NaiveUpdate() {}

  static NaiveStates.Outcome outcome(
      StateOperation.UpdateByKey operation, List<Object> initial, List<NaiveStates.Step> steps)
      throws Exception {
    var function = Shipping.copy(operation.function());
    Map<Object, Object> table = tableOf(initial);
    for (NaiveStates.Step step : steps) {
      Map<Object, Object> next = new LinkedHashMap<>();
      for (Tuple3<Object, List<Object>, Optional<Object>> key : keys(table, step)) {
        Optional<Object> state = function.call(step.batchTime(), key._1(), key._2(), key._3());
        if (state.isPresent()) {
          next.put(key._1(), state.get());
        }
      }
      table = next;
    }
    return outcome(table);
  }

  static NaiveStates.Outcome outcome(
      StateOperation.UpdatePartition operation, List<Object> initial, List<NaiveStates.Step> steps)
      throws Exception {
    var function = Shipping.copy(operation.function());
    Map<Object, Object> table = tableOf(initial);
    for (NaiveStates.Step step : steps) {
      Map<Object, Object> next = new LinkedHashMap<>();
      function
          .call(step.batchTime(), keys(table, step).iterator())
          .forEachRemaining(pair -> next.put(pair._1(), pair._2()));
      table = next;
    }
    return outcome(table);
  }

  private static Map<Object, Object> tableOf(List<Object> pairs) {
    Map<Object, Object> table = new LinkedHashMap<>();
    for (Object record : pairs) {
      Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
      table.put(pair._1(), pair._2());
    }
    return table;
  }

  /** Keys with state, in their order, then new ones as they arrived. */
  private static List<Tuple3<Object, List<Object>, Optional<Object>>> keys(
      Map<Object, Object> table, NaiveStates.Step step) {
    Map<Object, List<Object>> arrived = new LinkedHashMap<>();
    for (Object record : step.records()) {
      Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
      List<Object> values = new ArrayList<>();
      ((Iterable<?>) pair._2()).forEach(values::add);
      arrived.put(pair._1(), values);
    }
    List<Tuple3<Object, List<Object>, Optional<Object>>> keys = new ArrayList<>();
    table.forEach(
        (key, state) ->
            keys.add(new Tuple3<>(key, arrived.getOrDefault(key, List.of()), Optional.of(state))));
    arrived.forEach(
        (key, values) -> {
          if (!table.containsKey(key)) {
            keys.add(new Tuple3<>(key, values, Optional.empty()));
          }
        });
    return keys;
  }

  private static NaiveStates.Outcome outcome(Map<Object, Object> table) {
    List<Object> pairs = NaiveStates.pairsOf(table);
    return new NaiveStates.Outcome(pairs, pairs);
  }
}
