package org.millrace.api.fake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.millrace.api.Partitioner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.WindowStreamNode;
import org.millrace.api.streaming.Time;

/**
 * Says what the dataset of each stream of a graph is at each time, and forgets none.
 *
 * <p>Times run from the first batch by the batch interval. Every stream that an output needs gets
 * its dataset in each batch of its slide, in the order of definition.
 */
final class NaiveStreams {
  /** What an input has for a batch. */
  @FunctionalInterface
  interface Inputs {
    RddNode next(InputStreamNode input, Time batchTime) throws Exception;
  }

  private final StreamGraph graph;
  private final NaiveStates states;
  private final Inputs inputs;
  private final Map<StreamNode, TreeMap<Time, RddNode>> datasets = new IdentityHashMap<>();
  private final Map<Integer, Partitioner> partitioners = new HashMap<>();
  private Time zeroTime;
  private Time latest;

  NaiveStreams(StreamGraph graph, NaiveStates states, Inputs inputs) {
    this.graph = graph;
    this.states = states;
    this.inputs = inputs;
    graph.neededStreams().forEach(stream -> datasets.put(stream, new TreeMap<>()));
  }

  /** The time before the first batch; null when there was none. */
  Time zeroTime() {
    return zeroTime;
  }

  /** Makes the datasets of the next batch. */
  void advanceTo(Time batchTime) throws Exception {
    if (zeroTime == null) {
      zeroTime = batchTime.minus(graph.batchInterval());
      latest = zeroTime;
    }
    if (!batchTime.equals(latest.plus(graph.batchInterval()))) {
      throw new IllegalArgumentException("batch of " + batchTime + " after that of " + latest);
    }
    latest = batchTime;
    for (StreamNode stream : graph.neededStreams()) {
      if (isDue(stream, batchTime)) {
        datasets.get(stream).put(batchTime, make(stream, batchTime));
      }
    }
  }

  /** Whether a stream has a dataset at a time. */
  boolean isDue(StreamNode stream, Time time) {
    return time.greater(zeroTime) && time.minus(zeroTime).isMultipleOf(stream.slide());
  }

  /** The dataset that a stream has at a time. */
  Optional<RddNode> dataset(StreamNode stream, Time time) {
    TreeMap<Time, RddNode> known = datasets.get(stream);
    if (known == null) {
      throw new MillraceException(ErrorCode.ILLEGAL_USE, "no output needs " + stream);
    } else if (time.greater(latest)) {
      throw new MillraceException(ErrorCode.ILLEGAL_USE, time + " is after " + latest);
    }
    return Optional.ofNullable(known.get(time));
  }

  private RddNode make(StreamNode stream, Time batchTime) throws Exception {
    if (stream instanceof InputStreamNode input) {
      return inputs.next(input, batchTime);
    } else if (stream instanceof DerivedStreamNode derived) {
      List<RddNode> parents = new ArrayList<>();
      for (StreamNode parent : derived.parents()) {
        parents.add(datasets.get(parent).get(batchTime));
      }
      return derived.function().compute(parents, batchTime);
    } else if (stream instanceof WindowStreamNode window) {
      return window.over(
          List.copyOf(
              datasets
                  .get(window.parent())
                  .subMap(batchTime.minus(window.windowDuration()), false, batchTime, true)
                  .values()));
    } else if (stream instanceof StatefulStreamNode stateful) {
      return state(stateful, batchTime);
    }
    throw new IllegalArgumentException("not a known stream: " + stream);
  }

  private StateNode state(StatefulStreamNode stream, Time batchTime) {
    Partitioner partitioner =
        partitioners.computeIfAbsent(stream.id(), id -> stream.partitioner().get());
    Optional<Time> previous =
        Optional.of(batchTime.minus(stream.slide())).filter(time -> time.greater(zeroTime));
    RddNode parent = datasets.get(stream.parent()).get(batchTime);
    StateNode state =
        new StateNode(
            new StateNode.StateIdentity(stream.id(), stream.operation(), partitioner, zeroTime),
            stream.operation().arranged(parent, partitioner, stream.description()),
            previous.isEmpty() ? stream.placedInitial(partitioner) : Optional.empty(),
            batchTime,
            previous,
            stream.description());
    states.add(state);
    return state;
  }
}
