package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.millrace.api.HashPartitioner;
import org.millrace.api.graph.BatchFunction;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.QueueStreamNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.StreamSettings;
import org.millrace.api.graph.WindowStreamNode;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Duration;

/** Makes graphs of streams whose datasets are never computed. */
final class Streams {
  static final long INTERVAL_MS = 1_000;

  final List<Long> computed = new ArrayList<>();
  private final List<InputStreamNode> inputs = new ArrayList<>();
  private final List<Output> outputs = new ArrayList<>();
  private final Map<Integer, StreamSettings> settings = new HashMap<>();
  private int nextId;

  /** The batch of a number after the zero time, with one record, its number. */
  static Batch batch(int number, long zeroMs, StreamGraph graph) {
    long atMs = zeroMs + number * INTERVAL_MS;
    return new Batch(
        atMs,
        new StreamTimes(zeroMs),
        List.of(new InputCut.Queued(0, new CollectionNode(List.of(List.of((long) number))))),
        graph.outputs(),
        atMs);
  }

  private NodeLabel label(String name, long slides) {
    return new NodeLabel(nextId++, new Duration(slides * INTERVAL_MS), name, "Test.java:1");
  }

  InputStreamNode input() {
    InputStreamNode input =
        new QueueStreamNode(label("input", 1), inputs.size(), time -> new EmptyNode());
    inputs.add(input);
    return input;
  }

  /** A map; writes down at which times its function was called. */
  StreamNode map(StreamNode parent) {
    return derived(
        parent,
        (parents, time) -> {
          computed.add(time.milliseconds());
          return new NarrowNode(parents.get(0), Operator.VALUES, null, false, "values");
        });
  }

  StreamNode derived(StreamNode parent, BatchFunction function) {
    return new DerivedStreamNode(
        label("derived", parent.slide().milliseconds() / INTERVAL_MS),
        List.of(parent),
        function,
        List.of());
  }

  WindowStreamNode window(StreamNode parent, long windows, long slides) {
    return new WindowStreamNode(
        label("window", slides), parent, new Duration(windows * INTERVAL_MS));
  }

  StatefulStreamNode state(StreamNode parent) {
    return new StatefulStreamNode(
        label("state", parent.slide().milliseconds() / INTERVAL_MS),
        parent,
        new StateOperation.UpdateByKey((time, key, values, state) -> state),
        () -> new HashPartitioner(2),
        Optional.empty());
  }

  StreamNode snapshots(StatefulStreamNode state) {
    return derived(
        state, (parents, time) -> new StateViewNode((StateNode) parents.get(0), "snapshots"));
  }

  void persist(StreamNode stream, StorageLevel level) {
    settings.put(stream.id(), new StreamSettings(Optional.of(level), Optional.empty()));
  }

  void output(StreamNode parent) {
    outputs.add(new Output.ForEachOutput(outputs.size(), parent, (rdd, time) -> {}, "output"));
  }

  StreamGraph graph() {
    return graph(Optional.empty());
  }

  StreamGraph graph(Optional<Duration> remember) {
    return new StreamGraph(
        new Duration(INTERVAL_MS), inputs, outputs, remember, settings, Optional.empty());
  }
}
