package org.millrace.api.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.millrace.api.codec.CodecRegistration;
import org.millrace.api.streaming.Duration;

/**
 * All that a program defined before it started its streaming context.
 *
 * @param batchInterval time between two batches, positive
 * @param inputs the inputs by {@link InputStreamNode#inputId()}, used by an output or not
 * @param outputs the outputs by {@link Output#id()}; at least one
 * @param outputUids the names that the program gave outputs, by {@link Output#id()}
 * @param rememberDuration how long the program wants datasets to stay usable after their batch
 * @param settings what was asked of single streams, by {@link StreamNode#id()}
 * @param checkpointDirectory where the application keeps what must survive it
 * @param codecs what the program registered for values of state; one for each class and name
 * @param restart what is done with what that directory holds
 */
public record StreamGraph(
    Duration batchInterval,
    List<InputStreamNode> inputs,
    List<Output> outputs,
    Map<Integer, String> outputUids,
    Optional<Duration> rememberDuration,
    Map<Integer, StreamSettings> settings,
    Optional<String> checkpointDirectory,
    List<CodecRegistration> codecs,
    Restart restart) {
  /** A graph without names of outputs and codecs of the program. */
  public StreamGraph(
      Duration batchInterval,
      List<InputStreamNode> inputs,
      List<Output> outputs,
      Optional<Duration> rememberDuration,
      Map<Integer, StreamSettings> settings,
      Optional<String> checkpointDirectory) {
    this(
        batchInterval,
        inputs,
        outputs,
        Map.of(),
        rememberDuration,
        settings,
        checkpointDirectory,
        List.of(),
        Restart.ANEW);
  }

  /** A graph without settings of single streams. */
  public StreamGraph(
      Duration batchInterval,
      List<InputStreamNode> inputs,
      List<Output> outputs,
      Optional<Duration> rememberDuration) {
    this(batchInterval, inputs, outputs, rememberDuration, Map.of(), Optional.empty());
  }

  /** Checks that everything is given, and copies the lists. */
  public StreamGraph {
    Objects.requireNonNull(batchInterval, "batchInterval");
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    outputUids = Map.copyOf(outputUids);
    Objects.requireNonNull(rememberDuration, "rememberDuration");
    settings = Map.copyOf(settings);
    Objects.requireNonNull(checkpointDirectory, "checkpointDirectory");
    codecs = List.copyOf(codecs);
    Objects.requireNonNull(restart, "restart");
  }

  /** What was asked of a stream. */
  public StreamSettings settings(StreamNode stream) {
    return settings.getOrDefault(stream.id(), StreamSettings.NONE);
  }

  /** Every stream that an output needs, each once, ordered by id: parents before children. */
  public List<StreamNode> neededStreams() {
    Map<StreamNode, Boolean> found = new IdentityHashMap<>();
    List<StreamNode> open = new ArrayList<>();
    outputs.forEach(output -> open.add(output.parent()));
    while (!open.isEmpty()) {
      StreamNode node = open.remove(open.size() - 1);
      if (found.put(node, true) == null) {
        open.addAll(node.parents());
      }
    }
    return found.keySet().stream().sorted(Comparator.comparingInt(StreamNode::id)).toList();
  }
}
