package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.am.batch.BatchStatus.State;
import org.millrace.am.snapshot.StateLineage;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.WindowStreamNode;
import org.millrace.api.streaming.Time;

/**
 * The datasets of streams over time, each computed once, when it is first asked for, and remembered
 * for as long as a batch may ask for it. A batch that was skipped counts as one without input: no
 * window and no state has seen its records.
 *
 * <p>Thread-safe: the thread that runs batches calls it, and threads of the program that slice
 * streams. The lock is held while functions of the program compute a dataset, which may run jobs;
 * the driver loop never takes it.
 */
final class StreamEvaluator {
  private record Evaluated(RddNode dataset, boolean kept) {}

  private final StreamRetention retention;
  private final DatasetPersistence persistence;
  private final Set<StreamNode> needed;
  private final StateVersions states = new StateVersions();
  private final Map<StreamNode, TreeMap<Long, Evaluated>> known = new HashMap<>();
  private final Map<Integer, TreeMap<Long, RddNode>> inputs = new HashMap<>();
  private final TreeSet<Long> skipped = new TreeSet<>();
  private final List<InputStreamNode> inputStreams;
  private StreamTimes times;
  private long newestMs;

  StreamEvaluator(StreamGraph graph, StreamRetention retention, KeptDatasets datasets) {
    this.retention = retention;
    this.persistence = new DatasetPersistence(retention, datasets);
    this.needed = new HashSet<>(retention.needed());
    this.inputStreams = graph.inputs();
    inputStreams.forEach(input -> inputs.put(input.inputId(), new TreeMap<>()));
  }

  /** Who keeps how versions of states are computed; before the first batch. */
  synchronized void lineage(StateLineage keeper) {
    states.lineage(keeper);
  }

  /**
   * States that are there already, as they were after a batch; before the first batch.
   *
   * @param versionsMs the batch that changed each of them last, by the number of its stream
   */
  synchronized void restored(Map<Integer, Long> versionsMs, long zeroMs, long batchMs) {
    for (StreamNode stream : retention.needed()) {
      if (stream instanceof StatefulStreamNode stateful && versionsMs.containsKey(stream.id())) {
        states.restored(stateful, new Time(zeroMs), new Time(versionsMs.get(stream.id())));
      }
    }
    states.restored(batchMs);
  }

  /**
   * A batch begins to run; what is not needed from it on is forgotten.
   *
   * @param before the batch that ran before: another one that has ended, the same one when it is
   *     run again, null for none
   */
  synchronized void begin(Batch batch, Batch before) {
    times = batch.times;
    newestMs = batch.timeMs;
    if (before != null) {
      settle(before, before == batch || before.state == State.SKIPPED);
    }
    if (before != batch) {
      batch.cuts.forEach(cut -> inputs.get(cut.inputId()).put(batch.timeMs, cut.dataset()));
      forgetWhatIsOld();
    }
  }

  private void settle(Batch before, boolean givenUp) {
    if (!givenUp) {
      states.onCompleted(before.timeMs);
      return;
    }
    states.onGivenUp(before.timeMs);
    for (TreeMap<Long, Evaluated> datasets : known.values()) {
      forget(datasets.remove(before.timeMs));
    }
    if (before.state == State.SKIPPED) {
      skipped.add(before.timeMs);
      inputs.values().forEach(datasets -> datasets.remove(before.timeMs));
    }
  }

  private void forgetWhatIsOld() {
    long oldestMs = newestMs;
    for (Map.Entry<StreamNode, TreeMap<Long, Evaluated>> stream : known.entrySet()) {
      long neededFromMs = newestMs - retention.lookBackMs(stream.getKey());
      Map<Long, Evaluated> old = stream.getValue().headMap(neededFromMs, false);
      old.values().forEach(this::forget);
      old.clear();
    }
    for (InputStreamNode input : inputStreams) {
      long neededFromMs = newestMs - retention.lookBackMs(input);
      inputs.get(input.inputId()).headMap(neededFromMs, false).clear();
      oldestMs = Math.min(oldestMs, neededFromMs);
    }
    skipped.headSet(oldestMs, false).clear();
  }

  private void forget(Evaluated evaluated) {
    if (evaluated != null && evaluated.kept()) {
      persistence.forget(evaluated.dataset());
    }
  }

  /** The dataset of a stream at a time that it has. */
  synchronized RddNode evaluate(StreamNode stream, long timeMs) throws Exception {
    TreeMap<Long, Evaluated> datasets = known.computeIfAbsent(stream, any -> new TreeMap<>());
    Evaluated before = datasets.get(timeMs);
    if (before != null) {
      return before.dataset();
    }
    RddNode dataset = compute(stream, timeMs);
    if (dataset == null) {
      throw new MillraceException(
          ErrorCode.NULL_RDD,
          stream.description()
              + " gave null for batch "
              + new Time(timeMs)
              + "; give an empty dataset instead (BatchContext.emptyRDD)");
    }
    datasets.put(timeMs, new Evaluated(dataset, persistence.keep(stream, dataset)));
    return dataset;
  }

  /**
   * The dataset of a stream in the batch that runs, or ran last, or in an earlier one; empty when
   * the stream has none at that time.
   *
   * @throws MillraceException ILLEGAL_USE when there is none yet or none any more
   */
  synchronized Optional<RddNode> dataset(StreamNode stream, long timeMs) throws Exception {
    if (!needed.contains(stream)) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          stream.description()
              + " has no datasets because no output needs it; add an output operation that does");
    }
    if (times == null || timeMs > newestMs) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          stream.description()
              + " has no dataset at "
              + timeMs
              + " ms yet: "
              + (times == null
                  ? "no batch has run"
                  : "the newest batch is of " + newestMs + " ms"));
    }
    if (!times.has(stream, timeMs)) {
      return Optional.empty();
    }
    requireRemembered(stream, timeMs);
    return Optional.of(evaluate(stream, timeMs));
  }

  /**
   * What the batch that runs must compute whether an output reads it or not: state, and views of it
   * that later batches read. Parents come before children.
   */
  synchronized List<RddNode> computedAlways() throws Exception {
    List<RddNode> always = new ArrayList<>();
    for (StreamNode stream : retention.needed()) {
      if (retention.isComputedAlways(stream) && times.has(stream, newestMs)) {
        RddNode dataset = evaluate(stream, newestMs);
        if (DatasetPersistence.isViewOfState(dataset)) {
          always.add(dataset);
        }
      }
    }
    return always;
  }

  private RddNode compute(StreamNode stream, long timeMs) throws Exception {
    if (stream instanceof InputStreamNode input) {
      requireRemembered(input, timeMs);
      return inputs.get(input.inputId()).getOrDefault(timeMs, new EmptyNode());
    } else if (stream instanceof WindowStreamNode window) {
      return window(window, timeMs);
    } else if (stream instanceof StatefulStreamNode stateful) {
      return state(stateful, timeMs);
    }
    DerivedStreamNode derived = (DerivedStreamNode) stream;
    List<RddNode> parents = new ArrayList<>(derived.parents().size());
    for (StreamNode parent : derived.parents()) {
      parents.add(evaluate(parent, timeMs));
    }
    return derived.function().compute(parents, new Time(timeMs));
  }

  private void requireRemembered(StreamNode stream, long timeMs) {
    long rememberedMs = newestMs - retention.lookBackMs(stream);
    if (timeMs < rememberedMs) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the dataset of "
              + stream.description()
              + " at "
              + timeMs
              + " ms is forgotten: none before "
              + rememberedMs
              + " ms is kept; call StreamingContext.remember with a longer duration");
    }
  }

  private RddNode window(WindowStreamNode window, long timeMs) throws Exception {
    StreamNode parent = window.parent();
    long slideMs = parent.slide().milliseconds();
    long beforeMs = Math.max(timeMs - window.windowDuration().milliseconds(), times.zeroMs());
    List<RddNode> datasets = new ArrayList<>();
    for (long at = beforeMs + slideMs; at <= timeMs; at += slideMs) {
      datasets.add(evaluate(parent, at));
    }
    return window.over(datasets);
  }

  private RddNode state(StatefulStreamNode stream, long timeMs) throws Exception {
    if (skipped.contains(timeMs)) {
      return states.nothing(stream, new Time(times.zeroMs()));
    }
    if (timeMs != newestMs) {
      throw new MillraceException(
          ErrorCode.INTERNAL, stream.description() + " was not computed at " + timeMs + " ms");
    }
    return states.version(
        stream, evaluate(stream.parent(), timeMs), new Time(times.zeroMs()), new Time(timeMs));
  }
}
