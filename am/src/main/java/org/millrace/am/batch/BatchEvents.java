package org.millrace.am.batch;

import java.util.HashMap;
import java.util.Map;
import org.millrace.am.listen.ListenerBus;
import org.millrace.api.Optional;
import org.millrace.api.graph.Output;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.BatchInfo;
import org.millrace.api.streaming.scheduler.OutputOperationInfo;
import org.millrace.api.streaming.scheduler.StreamInputInfo;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchCompleted;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchStarted;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchSubmitted;
import org.millrace.api.streaming.scheduler.StreamingListenerOutputOperationCompleted;
import org.millrace.api.streaming.scheduler.StreamingListenerOutputOperationStarted;
import org.millrace.checkpoint.runtime.Clock;

/**
 * Batches in the terms of listeners. The driver loop tells of batches, the thread that runs a batch
 * of its outputs; nothing is made when nobody listens.
 */
final class BatchEvents {
  private final ListenerBus bus;
  private final Clock clock;

  BatchEvents(ListenerBus bus, Clock clock) {
    this.bus = bus;
    this.clock = clock;
  }

  void submitted(Batch batch) {
    if (bus.isHeard()) {
      bus.post(new StreamingListenerBatchSubmitted(info(batch)));
    }
  }

  void started(Batch batch) {
    if (bus.isHeard()) {
      bus.post(new StreamingListenerBatchStarted(info(batch)));
    }
  }

  void completed(Batch batch) {
    if (bus.isHeard()) {
      bus.post(new StreamingListenerBatchCompleted(info(batch)));
    }
  }

  void outputStarted(Batch batch, Output output) {
    OutputOperationInfo info =
        output(batch, output, Optional.of(clock.nowMs()), Optional.empty(), Optional.empty());
    batch.outputInfos.put(output.id(), info);
    bus.post(new StreamingListenerOutputOperationStarted(info));
  }

  /** An output that was started has ended. */
  void outputCompleted(Batch batch, Output output, Optional<String> failureReason) {
    OutputOperationInfo info =
        output(
            batch,
            output,
            batch.outputInfos.get(output.id()).startTime(),
            Optional.of(clock.nowMs()),
            failureReason);
    batch.outputInfos.put(output.id(), info);
    bus.post(new StreamingListenerOutputOperationCompleted(info));
  }

  private static BatchInfo info(Batch batch) {
    Map<Integer, StreamInputInfo> inputs = new HashMap<>();
    for (InputCut cut : batch.cuts) {
      if (!cut.isEmpty()) {
        inputs.put(
            cut.inputId(),
            new StreamInputInfo(
                cut.inputId(),
                Math.max(0, batch.records(cut)),
                Map.of(StreamInputInfo.METADATA_KEY_DESCRIPTION, cut.description())));
      }
    }
    Map<Integer, OutputOperationInfo> outputs = new HashMap<>();
    for (Output output : batch.outputs) {
      OutputOperationInfo known = batch.outputInfos.get(output.id());
      outputs.put(
          output.id(),
          known != null
              ? known
              : output(batch, output, Optional.empty(), Optional.empty(), Optional.empty()));
    }
    return new BatchInfo(
        new Time(batch.timeMs),
        inputs,
        batch.submittedAtMs,
        batch.startedAtMs < 0 ? Optional.empty() : Optional.of(batch.startedAtMs),
        batch.endedAtMs < 0 ? Optional.empty() : Optional.of(batch.endedAtMs),
        outputs);
  }

  private static OutputOperationInfo output(
      Batch batch,
      Output output,
      Optional<Long> startTime,
      Optional<Long> endTime,
      Optional<String> failureReason) {
    return new OutputOperationInfo(
        new Time(batch.timeMs),
        output.id(),
        output.description(),
        output.description(),
        startTime,
        endTime,
        failureReason);
  }
}
