package org.millrace.api.streaming;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.millrace.api.codec.CodecRegistration;
import org.millrace.api.codec.StateTypes;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.BatchAction;
import org.millrace.api.graph.CallSite;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.Restart;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.StreamSettings;
import org.millrace.api.sink.Sink;

/** Collects what a program defines until it starts. Guarded by the context that owns it. */
final class StreamDefinitions {
  private final List<InputStreamNode> inputs = new ArrayList<>();
  private final List<Output> outputs = new ArrayList<>();
  private final Map<Integer, String> outputUids = new HashMap<>();
  private final Map<Integer, StreamSettings> settings = new HashMap<>();
  private final Map<Integer, Integer> stateOfViews = new HashMap<>();
  private final Map<String, StreamNode> streamsByUid = new HashMap<>();
  private final List<CodecRegistration> codecs = new ArrayList<>();
  private Optional<Duration> rememberDuration = Optional.empty();
  private Optional<String> checkpointDirectory = Optional.empty();
  private Restart restart = Restart.ANEW;
  private int nextStreamId;

  NodeLabel label(String name, Duration slide) {
    return new NodeLabel(nextStreamId++, slide, name, CallSite.here());
  }

  int nextInputId() {
    return inputs.size();
  }

  void add(InputStreamNode input) {
    inputs.add(input);
  }

  Output addForEach(String name, StreamNode parent, BatchAction action) {
    return add(new Output.ForEachOutput(outputs.size(), parent, action, described(name)));
  }

  Output addTextFiles(StreamNode parent, String prefix, String suffix) {
    return add(
        new Output.TextFilesOutput(
            outputs.size(), parent, prefix, suffix, described("saveAsTextFiles")));
  }

  Output addHadoopFiles(StreamNode parent, String prefix, String suffix, HadoopOutput output) {
    return add(
        new Output.HadoopFilesOutput(
            outputs.size(), parent, prefix, suffix, output, output.description()));
  }

  private Output add(Output output) {
    outputs.add(output);
    return output;
  }

  void addSink(StreamNode parent, String outputId, Sink<?> sink) {
    String description = described("writeTo '" + outputId + "'");
    for (Output other : outputs) {
      if (other instanceof Output.SinkOutput known && known.outputId().equals(outputId)) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            description
                + " uses the name that "
                + known.description()
                + " has; give each output a name of its own");
      }
    }
    outputs.add(new Output.SinkOutput(outputs.size(), parent, outputId, sink, description));
  }

  /**
   * A stream shows the state of another one; name and checkpoints of both are those of the state.
   */
  void addView(int streamId, int stateId) {
    stateOfViews.put(streamId, stateOfViews.getOrDefault(stateId, stateId));
  }

  void change(StreamNode stream, UnaryOperator<StreamSettings> change) {
    change(stream.id(), change);
  }

  void changeState(StreamNode stream, UnaryOperator<StreamSettings> change) {
    change(stateOfViews.getOrDefault(stream.id(), stream.id()), change);
  }

  private void change(int streamId, UnaryOperator<StreamSettings> change) {
    settings.put(streamId, change.apply(settings.getOrDefault(streamId, StreamSettings.NONE)));
  }

  void name(StreamNode stream, String uid) {
    StreamNode other = streamsByUid.putIfAbsent(uid, stream);
    if (other != null && other != stream) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          stream.description()
              + " asks for the uid '"
              + uid
              + "', which "
              + other.description()
              + " has; give each stream a uid of its own");
    }
    changeState(stream, before -> before.named(uid));
  }

  void nameOutput(int outputId, String uid) {
    outputUids.forEach(
        (id, known) -> {
          if (known.equals(uid) && id != outputId) {
            throw new MillraceException(
                ErrorCode.ILLEGAL_USE,
                outputs.get(outputId).description()
                    + " asks for the uid '"
                    + uid
                    + "', which "
                    + outputs.get(id).description()
                    + " has; give each output a uid of its own");
          }
        });
    outputUids.put(outputId, uid);
  }

  void remember(Duration duration) {
    rememberDuration = Optional.of(duration);
  }

  void checkpoint(String directory) {
    checkpointDirectory = Optional.of(directory);
  }

  void registerCodec(CodecRegistration registration) {
    List<CodecRegistration> all = new ArrayList<>(codecs);
    all.add(registration);
    new StateTypes(all); // refuses two for one class, and one name for two
    codecs.add(registration);
  }

  /** Whether the program names the directory itself or not, it is the one to recover from. */
  void recoverFrom(String directory, Restart wanted) {
    String named = checkpointDirectory.orElse(directory);
    if (!withoutTrailingSlash(named).equals(withoutTrailingSlash(directory))) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "getOrCreate is asked for the checkpoint directory "
              + directory
              + ", and the function that makes the context calls checkpoint("
              + named
              + "); give both the same directory");
    }
    checkpointDirectory = Optional.of(directory);
    restart = wanted;
  }

  private static String withoutTrailingSlash(String directory) {
    return directory.length() > 1 && directory.endsWith("/")
        ? directory.substring(0, directory.length() - 1)
        : directory;
  }

  boolean hasOutput() {
    return !outputs.isEmpty();
  }

  StreamGraph graph(Duration batchInterval) {
    return new StreamGraph(
        batchInterval,
        inputs,
        outputs,
        outputUids,
        rememberDuration,
        settings,
        checkpointDirectory.map(StreamDefinitions::withoutTrailingSlash),
        codecs,
        restart);
  }

  private static String described(String name) {
    return name + " at " + CallSite.here();
  }
}
