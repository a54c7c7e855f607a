package org.millrace.am.driver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.checkpoint.log.DriverEvent.Operator;
import org.millrace.checkpoint.log.DriverEvent.OperatorKind;

/**
 * The operators of a program by which a later one knows what belongs to what: inputs, states and
 * outputs. One without a uid of its own has one made of what it does and its place among those that
 * do the same: neither names nor lines of the program's source are in it.
 */
final class Operators {
  static final String SLIDE_MS = "slideMs";
  static final String OPERATION = "operation";

  private final StreamGraph graph;
  private final List<Operator> operators = new ArrayList<>();
  private final Map<String, Integer> alike = new HashMap<>();
  private final Map<String, String> descriptions = new HashMap<>();

  private Operators(StreamGraph graph) {
    this.graph = graph;
  }

  /** The operators of a graph; those of one kind have different uids. */
  static List<Operator> of(StreamGraph graph) {
    Operators made = new Operators(graph);
    for (InputStreamNode input : graph.inputs()) {
      made.add(
          OperatorKind.INPUT,
          made.explicit(input),
          input instanceof FileStreamNode files
              ? input.name() + " " + files.directory()
              : input.name(),
          input.inputId(),
          input.description(),
          Map.of());
    }
    for (StreamNode stream : graph.neededStreams()) {
      if (stream instanceof StatefulStreamNode state) {
        made.add(
            OperatorKind.STATE,
            made.explicit(stream),
            stream.name(),
            stream.id(),
            stream.description(),
            Map.of(
                OPERATION,
                state.operation().getClass().getSimpleName(),
                SLIDE_MS,
                Long.toString(stream.slide().milliseconds())));
      }
    }
    for (Output output : graph.outputs()) {
      made.add(
          OperatorKind.OUTPUT,
          graph.outputUids().getOrDefault(output.id(), ""),
          operation(output.description()),
          output.id(),
          output.description(),
          Map.of());
    }
    return made.operators;
  }

  private String explicit(StreamNode stream) {
    return graph.settings(stream).uid().orElse("");
  }

  /** The operation of a description, without its place. */
  private static String operation(String description) {
    int at = description.lastIndexOf(" at ");
    return at < 0 ? description : description.substring(0, at);
  }

  private void add(
      OperatorKind kind,
      String explicit,
      String operation,
      int number,
      String description,
      Map<String, String> facts) {
    String uid =
        explicit.isEmpty()
            ? operation + " #" + alike.merge(kind + " " + operation, 1, Integer::sum)
            : explicit;
    String other = descriptions.putIfAbsent(kind + " " + uid, description);
    if (other != null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          description
              + " and "
              + other
              + " have the same uid '"
              + uid
              + "'; give each a uid of its own");
    }
    operators.add(new Operator(uid, kind, number, description, facts));
  }
}
