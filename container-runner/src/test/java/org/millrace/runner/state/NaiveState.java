package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.Tuple2;

/** What the operations mean, computed from all batches each time. Values are strings. */
interface NaiveState {
  /** A batch of the history. */
  record Batch(long timeMs, List<Tuple2<Object, Object>> pairs) {}

  /** The results of the last batch and the pairs after it. */
  record Outcome(List<Object> results, List<Object> pairs) {}

  Outcome after(List<Tuple2<Object, Object>> initial, List<Batch> history);

  static List<Object> pairs(Map<Object, ?> state) {
    List<Object> pairs = new ArrayList<>();
    state.forEach((key, value) -> pairs.add(new Tuple2<>(key, value)));
    return pairs;
  }

  /** The function of {@link StateModelTest#MAPPING}. */
  static NaiveState mapping(long timeoutMs) {
    return (initial, history) -> {
      Map<Object, String> state = new LinkedHashMap<>();
      Map<Object, Long> touched = new LinkedHashMap<>();
      for (Tuple2<Object, Object> pair : initial) {
        state.put(pair._1(), (String) pair._2());
        touched.put(pair._1(), history.get(0).timeMs());
      }
      List<Object> results = new ArrayList<>();
      for (Batch batch : history) {
        results = new ArrayList<>();
        for (Tuple2<Object, Object> pair : batch.pairs()) {
          Object key = pair._1();
          String value = (String) pair._2();
          if (value.equals("remove")) {
            state.remove(key);
            touched.remove(key);
          } else if (!value.equals("look")) {
            state.merge(key, value, String::concat);
          }
          if (state.containsKey(key)) {
            touched.put(key, batch.timeMs());
          }
          results.add(key + value + state.get(key));
        }
        if (timeoutMs >= 0) {
          List<Object> order = new ArrayList<>(state.keySet());
          order.removeIf(key -> batch.timeMs() < touched.get(key) + timeoutMs);
          order.sort(Comparator.comparing(touched::get));
          for (Object key : order) {
            results.add(key + "out" + state.remove(key));
            touched.remove(key);
          }
        }
      }
      return new Outcome(results, pairs(state));
    };
  }

  /** The function of {@link StateModelTest#UPDATE}; with whole partitions in reversed order. */
  static NaiveState updating(boolean wholePartition) {
    return (initial, history) -> {
      Map<Object, String> state = new LinkedHashMap<>();
      initial.forEach(pair -> state.put(pair._1(), (String) pair._2()));
      for (Batch batch : history) {
        Map<Object, List<Object>> values = grouped(batch.pairs());
        Set<Object> keys = new LinkedHashSet<>(state.keySet());
        keys.addAll(values.keySet());
        for (Object key : keys) {
          List<Object> own = values.getOrDefault(key, List.of());
          if (own.contains("remove")) {
            state.remove(key);
          } else {
            String joined = String.join("", own.toArray(String[]::new));
            state.put(key, state.getOrDefault(key, "") + joined);
          }
        }
        if (wholePartition) {
          List<Object> order = new ArrayList<>(state.keySet());
          for (int i = order.size() - 1; i >= 0; i--) {
            state.put(order.get(i), state.remove(order.get(i)));
          }
        }
      }
      return new Outcome(pairs(state), pairs(state));
    };
  }

  static Map<Object, List<Object>> grouped(List<Tuple2<Object, Object>> pairs) {
    Map<Object, List<Object>> grouped = new LinkedHashMap<>();
    for (Tuple2<Object, Object> pair : pairs) {
      grouped.computeIfAbsent(pair._1(), key -> new ArrayList<>()).add(pair._2());
    }
    return grouped;
  }

  /** What leaves a window and what is shown of it. */
  enum Kind {
    /** Keys stay; an inverse takes values away. */
    INVERSE,
    /** The same, without the keys whose value is empty when a pane is complete. */
    FILTERED,
    /** Keys leave with their last value, before those of the batch enter. */
    REDUCED,
    /** The same, all values are shown. */
    GROUPED
  }

  static NaiveState window(Kind kind, long paneMs, int panes) {
    return (initial, history) -> {
      Set<Object> order = new LinkedHashSet<>();
      Map<Object, List<Object>> values = new LinkedHashMap<>();
      for (int i = 0; i < history.size(); i++) {
        long timeMs = history.get(i).timeMs();
        long pane = pane(timeMs, paneMs);
        List<Tuple2<Object, Object>> kept = new ArrayList<>();
        for (Batch batch : history.subList(0, i)) {
          if (pane(batch.timeMs(), paneMs) > pane - panes) {
            kept.addAll(batch.pairs());
          }
        }
        if (kind == Kind.REDUCED || kind == Kind.GROUPED) {
          order.retainAll(grouped(kept).keySet());
        }
        history.get(i).pairs().forEach(pair -> order.add(pair._1()));
        kept.addAll(history.get(i).pairs());
        values = grouped(kept);
        if (kind == Kind.FILTERED && timeMs % paneMs == 0) {
          order.retainAll(values.keySet());
        }
      }
      List<Object> shown = new ArrayList<>();
      for (Object key : order) {
        List<Object> own = values.getOrDefault(key, List.of());
        String joined = String.join("", own.toArray(String[]::new));
        shown.add(new Tuple2<>(key, kind == Kind.GROUPED ? own : joined));
      }
      return new Outcome(shown, shown);
    };
  }

  private static long pane(long timeMs, long paneMs) {
    return (timeMs + paneMs - 1) / paneMs;
  }
}
