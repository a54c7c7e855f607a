package org.millrace.runner.task;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;

/** What the driver hears. */
final class TestDriver {
  private final RecordCodec codec = new RecordCodec(TestDriver.class.getClassLoader());
  private final List<Finished> finished = new ArrayList<>();
  private final List<TaskFailed> failed = new ArrayList<>();

  /** A task that ended well, with the records of its result. */
  record Finished(int executor, TaskFinished message, List<Object> records) {}

  void onMessage(int executor, Envelope message, Object payload) {
    switch (message.getMessageCase()) {
      case TASK_FINISHED -> {
        TaskFinished report = message.getTaskFinished();
        finished.add(new Finished(executor, report, records(report, payload)));
      }
      case TASK_FAILED -> failed.add(message.getTaskFailed());
      default -> throw new AssertionError("unexpected " + message);
    }
  }

  @SuppressWarnings("unchecked") // what tasks promise
  private List<Object> records(TaskFinished report, Object payload) {
    if (payload == null) {
      return List.of();
    }
    return payload instanceof ByteBuffer bytes
        ? codec.decode(bytes, report.getResultCount())
        : (List<Object>) payload;
  }

  List<Finished> finished() {
    return finished;
  }

  List<TaskFailed> failed() {
    return failed;
  }

  Finished finished(int stage, int partition) {
    return finished.stream()
        .filter(
            one -> one.message().getStage() == stage && one.message().getPartition() == partition)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "task " + partition + " of stage " + stage + " did not finish; " + failed));
  }

  /** The results of a stage in partition order. */
  List<Object> results(int stage) {
    Map<Integer, List<Object>> byPartition = new TreeMap<>();
    for (Finished one : finished) {
      if (one.message().getStage() == stage) {
        byPartition.putIfAbsent(one.message().getPartition(), one.records());
      }
    }
    List<Object> all = new ArrayList<>();
    byPartition.values().forEach(all::addAll);
    return all;
  }
}
