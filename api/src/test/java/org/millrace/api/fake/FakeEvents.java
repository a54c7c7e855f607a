package org.millrace.api.fake;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.Optional;
import org.millrace.api.graph.Output;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.BatchInfo;
import org.millrace.api.streaming.scheduler.OutputOperationInfo;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchCompleted;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchStarted;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchSubmitted;
import org.millrace.api.streaming.scheduler.StreamingListenerEvent;
import org.millrace.api.streaming.scheduler.StreamingListenerOutputOperationCompleted;
import org.millrace.api.streaming.scheduler.StreamingListenerOutputOperationStarted;

/** Tells listeners of one batch, which is submitted at its time and takes no time. */
final class FakeEvents {
  private final Time batchTime;
  private final List<StreamingListener> listeners;
  private final Map<Integer, OutputOperationInfo> outputs = new HashMap<>();
  private Optional<Long> startMs = Optional.empty();
  private Output running;

  FakeEvents(Time batchTime, List<StreamingListener> listeners) {
    this.batchTime = batchTime;
    this.listeners = listeners;
  }

  void submitted() {
    tell(new StreamingListenerBatchSubmitted(batch(Optional.empty())));
  }

  void started() {
    startMs = Optional.of(batchTime.milliseconds());
    tell(new StreamingListenerBatchStarted(batch(Optional.empty())));
  }

  void outputStarted(Output output) {
    running = output;
    tell(
        new StreamingListenerOutputOperationStarted(
            info(output, Optional.empty(), Optional.empty())));
  }

  void outputCompleted(Output output) {
    ended(output, Optional.empty());
  }

  void failed(Exception failure) {
    if (running != null) {
      ended(running, Optional.of(failure.toString()));
    }
  }

  void completed() {
    tell(new StreamingListenerBatchCompleted(batch(startMs)));
  }

  private void ended(Output output, Optional<String> failure) {
    OutputOperationInfo info = info(output, startMs, failure);
    outputs.put(output.id(), info);
    running = null;
    tell(new StreamingListenerOutputOperationCompleted(info));
  }

  private OutputOperationInfo info(Output output, Optional<Long> endMs, Optional<String> failure) {
    return new OutputOperationInfo(
        batchTime, output.id(), output.description(), "", startMs, endMs, failure);
  }

  private BatchInfo batch(Optional<Long> endMs) {
    return new BatchInfo(batchTime, Map.of(), batchTime.milliseconds(), startMs, endMs, outputs);
  }

  private void tell(StreamingListenerEvent event) {
    listeners.forEach(event::tell);
  }
}
