package org.millrace.api.fake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.streaming.Time;

/**
 * Runs windows by key over all batches of a partition: keeps every value with its pane, and folds
 * those of the window anew for each answer.
 */
final class NaiveWindow {
  private record Value(long pane, Object value) {}

  private final long paneMs;
  private final int panes;
  private final Time zeroTime;
  private final Map<Object, List<Value>> values = new LinkedHashMap<>();
  private long currentPane;
  private boolean paneIsComplete;

  private NaiveWindow(long paneMs, int panes, Time zeroTime) {
    this.paneMs = paneMs;
    this.panes = panes;
    this.zeroTime = zeroTime;
  }

  static NaiveStates.Outcome outcome(
      StateOperation.WindowGroup operation, Time zeroTime, List<NaiveStates.Step> steps) {
    NaiveWindow window = new NaiveWindow(operation.paneMs(), operation.panes(), zeroTime);
    for (NaiveStates.Step step : steps) {
      window.turnTo(step.batchTime());
      for (Object record : step.records()) {
        Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
        ((Iterable<?>) pair._2()).forEach(value -> window.enter(pair._1(), value));
      }
    }
    Map<Object, Object> groups = new LinkedHashMap<>();
    window.values.forEach((key, held) -> groups.put(key, plain(held)));
    List<Object> pairs = NaiveStates.pairsOf(groups);
    return new NaiveStates.Outcome(pairs, pairs);
  }

  static NaiveStates.Outcome outcome(
      StateOperation.WindowReduce operation, Time zeroTime, List<NaiveStates.Step> steps)
      throws Exception {
    NaiveWindow window = new NaiveWindow(operation.paneMs(), operation.panes(), zeroTime);
    var reduce = Shipping.copy(operation.reduce());
    List<Object> pairs =
        operation.inverse() == null
            ? window.reduced(operation, reduce, steps)
            : window.reducedWithInverse(operation, reduce, steps);
    return new NaiveStates.Outcome(pairs, pairs);
  }

  private List<Object> reduced(
      StateOperation.WindowReduce operation,
      Function2<Object, Object, Object> reduce,
      List<NaiveStates.Step> steps)
      throws Exception {
    for (NaiveStates.Step step : steps) {
      turnTo(step.batchTime());
      enterAll(step);
      Iterator<Map.Entry<Object, List<Value>>> all = values.entrySet().iterator();
      while (all.hasNext()) {
        Map.Entry<Object, List<Value>> entry = all.next();
        if (refused(operation, entry.getKey(), fold(reduce, plain(entry.getValue())))) {
          all.remove();
        }
      }
    }
    Map<Object, Object> table = new LinkedHashMap<>();
    for (Map.Entry<Object, List<Value>> entry : values.entrySet()) {
      table.put(entry.getKey(), fold(reduce, plain(entry.getValue())));
    }
    return NaiveStates.pairsOf(table);
  }

  private List<Object> reducedWithInverse(
      StateOperation.WindowReduce operation,
      Function2<Object, Object, Object> reduce,
      List<NaiveStates.Step> steps)
      throws Exception {
    var inverse = Shipping.copy(operation.inverse());
    Map<Object, Object> table = new LinkedHashMap<>();
    for (NaiveStates.Step step : steps) {
      for (Map.Entry<Object, List<Object>> left : turnTo(step.batchTime()).entrySet()) {
        if (table.containsKey(left.getKey())) {
          table.put(
              left.getKey(), inverse.call(table.get(left.getKey()), fold(reduce, left.getValue())));
        }
      }
      enterAll(step);
      for (Object record : step.records()) {
        Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
        table.put(
            pair._1(),
            table.containsKey(pair._1())
                ? reduce.call(table.get(pair._1()), pair._2())
                : pair._2());
      }
      Iterator<Map.Entry<Object, Object>> all = table.entrySet().iterator();
      while (all.hasNext()) {
        Map.Entry<Object, Object> entry = all.next();
        if (refused(operation, entry.getKey(), entry.getValue())) {
          all.remove();
        }
      }
    }
    return NaiveStates.pairsOf(table);
  }

  /** The filter is asked when a pane is complete. */
  private boolean refused(StateOperation.WindowReduce operation, Object key, Object value)
      throws Exception {
    return paneIsComplete
        && operation.filter() != null
        && !Shipping.copy(operation.filter()).call(new Tuple2<>(key, value));
  }

  /** Lets the window reach to a batch; what leaves it, by key. */
  private Map<Object, List<Object>> turnTo(Time batchTime) {
    long sinceZeroMs = batchTime.minus(zeroTime).milliseconds();
    currentPane = (sinceZeroMs + paneMs - 1) / paneMs;
    paneIsComplete = sinceZeroMs % paneMs == 0;
    Map<Object, List<Object>> left = new HashMap<>();
    Iterator<Map.Entry<Object, List<Value>>> all = values.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Object, List<Value>> entry = all.next();
      for (Value value : entry.getValue()) {
        if (value.pane <= currentPane - panes) {
          left.computeIfAbsent(entry.getKey(), key -> new ArrayList<>()).add(value.value);
        }
      }
      entry.getValue().removeIf(value -> value.pane <= currentPane - panes);
      if (entry.getValue().isEmpty()) {
        all.remove();
      }
    }
    return left;
  }

  private void enterAll(NaiveStates.Step step) {
    for (Object record : step.records()) {
      Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
      enter(pair._1(), pair._2());
    }
  }

  private void enter(Object key, Object value) {
    values.computeIfAbsent(key, any -> new ArrayList<>()).add(new Value(currentPane, value));
  }

  private static List<Object> plain(List<Value> held) {
    List<Object> plain = new ArrayList<>();
    held.forEach(value -> plain.add(value.value));
    return plain;
  }

  private static Object fold(Function2<Object, Object, Object> reduce, List<Object> held)
      throws Exception {
    Object result = held.get(0);
    for (Object value : held.subList(1, held.size())) {
      result = reduce.call(result, value);
    }
    return result;
  }
}
