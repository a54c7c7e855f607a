package org.millrace.runner.task;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.runner.codec.FunctionCodec;

/**
 * The operators of a template with the functions of one function set. Serves one task at a time;
 * owned by a slot loop.
 *
 * @param accumulators those that the functions captured
 */
record Pipeline(
    PipelineKey key,
    Object[] functions,
    List<AccumulatorV2<?, ?>> accumulators,
    PipeInstance pipe,
    Sink sink) {

  /** Forgets what an earlier task added. */
  void resetAccumulators() {
    for (AccumulatorV2<?, ?> accumulator : accumulators) {
      accumulator.reset();
    }
  }

  /** What the task added, encoded for its driver. */
  ByteString accumulated() {
    List<AccumulatorV2<?, ?>> added = new ArrayList<>(accumulators.size());
    for (AccumulatorV2<?, ?> accumulator : accumulators) {
      if (!accumulator.isZero()) {
        added.add(accumulator);
      }
    }
    return added.isEmpty()
        ? ByteString.EMPTY
        : ByteString.copyFrom(
            FunctionCodec.encodeObject(added.toArray(AccumulatorV2<?, ?>[]::new)));
  }
}
