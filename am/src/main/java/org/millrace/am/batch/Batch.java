package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.am.batch.BatchStatus.InputStatus;
import org.millrace.am.batch.BatchStatus.State;
import org.millrace.api.graph.Output;
import org.millrace.api.streaming.scheduler.OutputOperationInfo;
import org.millrace.checkpoint.publish.PreparedOutput;

/**
 * A batch from its cut to its end. Owned by the driver loop; its cuts are immutable and read by the
 * thread that runs it.
 */
final class Batch {
  final long timeMs;
  final StreamTimes times;
  final List<InputCut> cuts;

  /** Those whose stream has a dataset at the time of the batch, in their order. */
  final List<Output> outputs;

  final long submittedAtMs;

  /** What is known of its files. */
  final FileCounts files;

  /** Counted by the thread that runs the batch, read by the loop for the page. */
  final AtomicInteger outputsDone = new AtomicInteger();

  /**
   * Outputs that have begun, by their number. Written by the thread that runs the batch, read by
   * the loop.
   */
  final Map<Integer, OutputOperationInfo> outputInfos = new ConcurrentHashMap<>();

  List<PreparedOutput> prepared = List.of();
  State state = State.WAITING;
  long startedAtMs = -1;
  long startedAtNanos;
  long processingNanos = -1;
  long endedAtMs = -1;
  int runs;

  /** Those of its runs that failed because storage was away, and when the first of them did. */
  int outsideFailures;

  long outsideFailedNanos;
  String error = "";

  Batch(
      long timeMs,
      StreamTimes times,
      List<InputCut> cuts,
      List<Output> allOutputs,
      long submittedAtMs) {
    this.timeMs = timeMs;
    this.times = times;
    this.cuts = List.copyOf(cuts);
    this.outputs =
        allOutputs.stream().filter(output -> times.has(output.parent(), timeMs)).toList();
    this.submittedAtMs = submittedAtMs;
    this.files = new FileCounts(this.cuts);
  }

  boolean isEmpty() {
    return cuts.stream().allMatch(InputCut::isEmpty);
  }

  /** Records of all inputs of which the number is known. */
  long records() {
    return cuts.stream().mapToLong(cut -> Math.max(0, records(cut))).sum();
  }

  /** Records of one input; -1 for unknown. */
  long records(InputCut cut) {
    return cut instanceof InputCut.Files ? files.records(cut.inputId()) : cut.records();
  }

  BatchStatus status() {
    List<InputStatus> inputs = new ArrayList<>(cuts.size());
    for (InputCut cut : cuts) {
      inputs.add(new InputStatus(cut.inputId(), records(cut), cut.bytes(), cut.description()));
    }
    return new BatchStatus(
        timeMs,
        state,
        records(),
        inputs,
        submittedAtMs,
        startedAtMs,
        endedAtMs,
        outputsDone.get(),
        outputs.size(),
        error);
  }
}
