package org.millrace.api.streaming;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.millrace.api.graph.BatchAction;
import org.millrace.api.graph.CallSite;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.ReceiverStreamNode;
import org.millrace.api.graph.SerializabilityCheck;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;

/** Collects what a program defines until it starts. Guarded by the context that owns it. */
final class StreamDefinitions {
  private final List<InputStreamNode> inputs = new ArrayList<>();
  private final List<Output> outputs = new ArrayList<>();
  private Optional<Duration> rememberDuration = Optional.empty();
  private int nextStreamId;

  NodeLabel label(String name, Duration slide) {
    return new NodeLabel(nextStreamId++, slide, name, CallSite.here(), Optional.empty());
  }

  int nextInputId() {
    return inputs.size();
  }

  void add(InputStreamNode input) {
    inputs.add(input);
  }

  void addForEach(String name, StreamNode parent, BatchAction action) {
    outputs.add(new Output.ForEachOutput(outputs.size(), parent, action, described(name)));
  }

  void addTextFiles(StreamNode parent, String prefix, String suffix) {
    outputs.add(
        new Output.TextFilesOutput(
            outputs.size(), parent, prefix, suffix, described("saveAsTextFiles")));
  }

  void remember(Duration duration) {
    rememberDuration = Optional.of(duration);
  }

  boolean hasOutput() {
    return !outputs.isEmpty();
  }

  StreamGraph graph(Duration batchInterval) {
    return new StreamGraph(batchInterval, inputs, outputs, rememberDuration);
  }

  /** Checks all that goes to executors: receivers, and the functions of streams that are used. */
  static void requireSerializable(StreamGraph graph) {
    for (InputStreamNode input : graph.inputs()) {
      if (input instanceof ReceiverStreamNode receiverStream) {
        SerializabilityCheck.require(
            receiverStream.receiver(), "the receiver of " + input.description());
      }
    }
    for (StreamNode stream : graph.neededStreams()) {
      if (stream instanceof DerivedStreamNode derived) {
        for (Object function : derived.shippedFunctions()) {
          SerializabilityCheck.require(function, "the function of " + stream.description());
        }
      }
    }
  }

  private static String described(String name) {
    return name + " at " + CallSite.here();
  }
}
