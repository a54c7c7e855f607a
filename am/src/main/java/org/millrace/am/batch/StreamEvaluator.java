package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.streaming.Time;

/** The datasets of one batch, each stream computed once. Used by the thread that runs the batch. */
final class StreamEvaluator {
  private final Time batchTime;
  private final Map<Integer, RddNode> inputs = new HashMap<>();
  private final Map<StreamNode, RddNode> computed = new IdentityHashMap<>();

  StreamEvaluator(Batch batch) {
    this.batchTime = new Time(batch.timeMs);
    batch.cuts.forEach(cut -> inputs.put(cut.inputId(), cut.dataset()));
  }

  RddNode evaluate(StreamNode stream) throws Exception {
    RddNode known = computed.get(stream);
    if (known != null) {
      return known;
    }
    RddNode dataset;
    if (stream instanceof InputStreamNode input) {
      dataset = inputs.getOrDefault(input.inputId(), new EmptyNode());
    } else {
      DerivedStreamNode derived = (DerivedStreamNode) stream;
      List<RddNode> parents = new ArrayList<>(derived.parents().size());
      for (StreamNode parent : derived.parents()) {
        parents.add(evaluate(parent));
      }
      dataset = derived.function().compute(parents, batchTime);
    }
    if (dataset == null) {
      throw new MillraceException(
          ErrorCode.NULL_RDD,
          stream.description()
              + " gave null for batch "
              + batchTime
              + "; give an empty dataset instead (BatchContext.emptyRDD)");
    }
    computed.put(stream, dataset);
    return dataset;
  }
}
