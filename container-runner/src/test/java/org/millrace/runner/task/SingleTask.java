package org.millrace.runner.task;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.millrace.api.graph.Operator;
import org.millrace.runner.task.JobBuilder.Pipe;
import org.millrace.runner.task.JobBuilder.PipelineBuilder;
import org.millrace.runner.wire.proto.FileInput;
import org.millrace.runner.wire.proto.RecordsInput;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskSpec;

/** Runs one task on an executor, the first unless said otherwise, and gives what it reported. */
final class SingleTask {
  final TestCluster cluster;
  int executor;
  private long jobId;

  SingleTask(TestCluster cluster) {
    this.cluster = cluster;
  }

  static SingleTask inOrder() {
    return new SingleTask(TestCluster.inOrder(1));
  }

  TaskInput.Builder records(Object... records) {
    return TaskInput.newBuilder()
        .setRecords(
            RecordsInput.newBuilder()
                .setRecords(ByteString.copyFrom(cluster.codec.encode(Arrays.asList(records))))
                .setRecordCount(records.length));
  }

  static TaskInput.Builder file(String path, long offset, long length) {
    return TaskInput.newBuilder()
        .setFile(FileInput.newBuilder().setPath(path).setOffset(offset).setLengthBytes(length));
  }

  void start(PipelineBuilder pipeline, TaskInput.Builder input, String argument) {
    start(pipeline, input, spec -> spec.setArgument(argument));
  }

  void start(PipelineBuilder pipeline, TaskInput.Builder input, Consumer<TaskSpec.Builder> rest) {
    Pipe pipe = pipeline.build();
    TaskSpec.Builder task = pipe.task(0, 0, input);
    rest.accept(task);
    cluster.executor(executor).runTasks(JobBuilder.job(++jobId, pipe).addTasks(task).build());
  }

  TestDriver.Finished run(PipelineBuilder pipeline, TaskInput.Builder input, String argument) {
    return run(pipeline, input, spec -> spec.setArgument(argument));
  }

  TestDriver.Finished run(
      PipelineBuilder pipeline, TaskInput.Builder input, Consumer<TaskSpec.Builder> rest) {
    int before = cluster.driver.finished().size();
    start(pipeline, input, rest);
    cluster.run();
    if (cluster.driver.finished().size() != before + 1) {
      throw new AssertionError("the task did not finish; " + cluster.driver.failed());
    }
    return cluster.driver.finished().get(before);
  }

  TestDriver.Finished run(PipelineBuilder pipeline, TaskInput.Builder input) {
    return run(pipeline, input, "");
  }

  TaskFailed fail(PipelineBuilder pipeline, TaskInput.Builder input) {
    return fail(pipeline, input, "");
  }

  TaskFailed fail(PipelineBuilder pipeline, TaskInput.Builder input, String argument) {
    int failedBefore = cluster.driver.failed().size();
    int finishedBefore = cluster.driver.finished().size();
    start(pipeline, input, argument);
    cluster.run();
    if (cluster.driver.failed().size() != failedBefore + 1
        || cluster.driver.finished().size() != finishedBefore) {
      throw new AssertionError("one failed task expected, not " + cluster.driver.failed());
    }
    return cluster.driver.failed().get(failedBefore);
  }

  /** What an operator makes of records. */
  List<Object> apply(Operator operator, Object function, Object... records) {
    return run(
            JobBuilder.from(SourceKind.RECORDS)
                .apply(operator, function)
                .sink(SinkKind.COLLECT, null),
            records(records))
        .records();
  }
}
