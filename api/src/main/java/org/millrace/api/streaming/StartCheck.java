package org.millrace.api.streaming;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ReceiverStreamNode;
import org.millrace.api.graph.SerializabilityCheck;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.ZipNode;

/** Refuses a graph that could not run. */
final class StartCheck {
  private StartCheck() {}

  static void require(StreamGraph graph) {
    for (InputStreamNode input : graph.inputs()) {
      if (input instanceof ReceiverStreamNode receiverStream) {
        SerializabilityCheck.require(
            receiverStream.receiver(), "the receiver of " + input.description());
      }
    }
    for (Output output : graph.outputs()) {
      if (output instanceof Output.SinkOutput sinkOutput) {
        SerializabilityCheck.require(sinkOutput.sink(), "the sink of " + output.description());
      }
    }
    for (StreamNode stream : graph.neededStreams()) {
      if (stream instanceof DerivedStreamNode derived) {
        requireSerializable(derived.shippedFunctions(), stream);
      } else if (stream instanceof StatefulStreamNode stateful) {
        requireSerializable(stateful);
        requireCheckpointDirectory(graph, stateful);
      }
    }
    if (graph.checkpointDirectory().isPresent()) {
      StateTypeCheck.require(graph);
    }
  }

  private static void requireSerializable(StatefulStreamNode stream) {
    requireSerializable(stream.operation().functions(), stream);
    if (stream.partitioner() instanceof Placement placement) {
      requireSerializable(placement.shipped(), stream);
    }
    stream
        .initial()
        .ifPresent(
            initial -> {
              for (Object function : functionsBehind(initial)) {
                SerializabilityCheck.require(
                    function, "a function of the initial state of " + stream.description());
              }
            });
  }

  private static void requireSerializable(List<Object> functions, StreamNode stream) {
    for (Object function : functions) {
      SerializabilityCheck.require(function, "the function of " + stream.description());
    }
  }

  private static List<Object> functionsBehind(RddNode rdd) {
    List<Object> functions = new ArrayList<>();
    Set<RddNode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<RddNode> open = new ArrayList<>(List.of(rdd));
    while (!open.isEmpty()) {
      RddNode node = open.remove(open.size() - 1);
      if (seen.add(node)) {
        open.addAll(node.parents());
        addFunctions(node, functions);
      }
    }
    return functions;
  }

  private static void addFunctions(RddNode node, List<Object> functions) {
    if (node instanceof NarrowNode narrow && narrow.operator().hasFunction()) {
      functions.add(narrow.function());
    } else if (node instanceof ZipNode zip) {
      functions.add(zip.function());
    } else if (node instanceof ShuffleNode shuffle) {
      functions.add(shuffle.routing());
      if (shuffle.combining() instanceof Combining.Combine combine) {
        if (combine.createCombiner() != null) {
          functions.add(combine.createCombiner());
        }
        functions.add(combine.mergeValue());
        functions.add(combine.mergeCombiners());
      }
    }
  }

  /** State that follows from more than the batches of a window must outlive a failure. */
  private static void requireCheckpointDirectory(StreamGraph graph, StatefulStreamNode stream) {
    boolean followsFromWindow =
        stream.operation() instanceof StateOperation.WindowGroup
            || (stream.operation() instanceof StateOperation.WindowReduce reduce
                && reduce.inverse() == null);
    if (!followsFromWindow && graph.checkpointDirectory().isEmpty()) {
      throw new MillraceException(
          ErrorCode.NO_CHECKPOINT_DIRECTORY,
          stream.description()
              + " keeps state from batch to batch, and no checkpoint directory is set; call"
              + " checkpoint(directory) on the streaming context before start()");
    }
  }

  /** Streams that are used together are of one context and slide alike. */
  static void requireSame(
      boolean sameContext, Duration slide, Duration otherSlide, String operation) {
    if (!sameContext) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          operation + " of streams of two contexts; define all streams in one context");
    }
    if (!slide.equals(otherSlide)) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          operation
              + " of streams that slide by "
              + slide
              + " and by "
              + otherSlide
              + "; both must have the same slide duration");
    }
  }
}
