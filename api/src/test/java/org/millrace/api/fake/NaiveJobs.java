package org.millrace.api.fake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.RddNode;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.api.sink.PreparedBatch;
import org.millrace.api.sink.Sink;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkCommitter;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.sink.SinkWriter;
import org.millrace.api.spi.JobAction;
import org.millrace.api.streaming.Time;

/** Runs actions over naively computed partitions. */
final class NaiveJobs {
  static final long EPOCH = 1;

  private final NaiveInterpreter interpreter;

  NaiveJobs(NaiveInterpreter interpreter) {
    this.interpreter = interpreter;
  }

  @SuppressWarnings("unchecked") // each action says what its result is
  <R> List<R> run(RddNode rdd, JobAction<R> action, int fromPartition, int untilPartition) {
    try {
      List<List<Object>> partitions = interpreter.partitions(rdd);
      List<R> results = new ArrayList<>();
      for (int p = fromPartition; p < untilPartition; p++) {
        results.add((R) result(action, partitions.get(p), p, partitions.size()));
      }
      return results;
    } catch (MillraceException e) {
      throw e;
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.TASK_FAILED, "a task of " + rdd.description() + " failed: " + e, e);
    }
  }

  private static Object result(
      JobAction<?> action, List<Object> records, int partition, int partitionCount)
      throws Exception {
    if (action instanceof JobAction.Collect) {
      return records;
    } else if (action instanceof JobAction.Materialize) {
      return null;
    } else if (action instanceof JobAction.Count) {
      return (long) records.size();
    } else if (action instanceof JobAction.Take take) {
      return records.subList(0, Math.min(take.limit(), records.size()));
    } else if (action instanceof JobAction.Reduce reduce) {
      return reduced(reduce, records);
    } else if (action instanceof JobAction.ForEach forEach) {
      var f = Shipping.copy(forEach.function());
      for (Object record : records) {
        f.call(record);
      }
      return null;
    } else if (action instanceof JobAction.ForEachPartition forEach) {
      Shipping.copy(forEach.function()).call(records.iterator());
      return null;
    } else if (action instanceof JobAction.MapPartition<?> mapPartition) {
      return mapped(mapPartition, records.iterator());
    } else if (action instanceof JobAction.SaveText save) {
      return written(Path.of(save.stagingDirectory()), records, partition);
    } else if (action instanceof JobAction.WriteSink write) {
      return written(write, records, partition, partitionCount);
    }
    throw new IllegalArgumentException("not a known action: " + action);
  }

  private static List<Object> reduced(JobAction.Reduce reduce, List<Object> records)
      throws Exception {
    if (records.isEmpty()) {
      return List.of();
    }
    var f = Shipping.copy(reduce.function());
    Object value = records.get(0);
    for (Object record : records.subList(1, records.size())) {
      value = f.call(value, record);
    }
    List<Object> result = new ArrayList<>();
    result.add(value);
    return result;
  }

  private static <R> R mapped(JobAction.MapPartition<R> action, Iterator<Object> records)
      throws Exception {
    return Shipping.copy(action.function()).call(records);
  }

  private static JobAction.WrittenFile written(Path directory, List<Object> records, int partition)
      throws IOException {
    StringBuilder text = new StringBuilder();
    records.forEach(record -> text.append(record).append('\n'));
    Path file = directory.resolve(String.format("part-%05d", partition));
    Files.writeString(file, text, StandardCharsets.UTF_8);
    return new JobAction.WrittenFile(file.getFileName().toString(), Files.size(file));
  }

  private static byte[] written(JobAction.WriteSink action, List<Object> records, int p, int count)
      throws Exception {
    @SuppressWarnings("unchecked") // the stream has records of the sink's type
    Sink<Object> sink = (Sink<Object>) Shipping.copy(action.sink());
    SinkAttempt attempt =
        new SinkAttempt(action.output(), action.batchTime(), p, count, action.run());
    SinkWriter<Object> writer = sink.open(attempt);
    for (Object record : records) {
      writer.write(record);
    }
    byte[] message = writer.prepare();
    writer.close();
    return message;
  }

  /** Prepares and commits at once: here a batch is run once. */
  void writeTo(Output.SinkOutput output, RddNode rdd, Time batchTime) throws Exception {
    SinkContext context = new SinkContext("fake", output.outputId(), EPOCH);
    List<byte[]> messages =
        run(
            rdd,
            new JobAction.WriteSink(output.sink(), context, batchTime, 0),
            0,
            rdd.partitionCount());
    messages = messages.stream().filter(message -> message.length > 0).toList();
    if (messages.isEmpty()) {
      return;
    }
    SinkCommitter committer = output.sink().committer(context);
    CommitOutcome outcome = committer.commit(new PreparedBatch(context, batchTime, messages));
    committer.close();
    if (outcome.kind() != CommitOutcome.Kind.DONE) {
      throw new IllegalStateException("the commit ended with " + outcome);
    }
  }

  void saveAsTextFile(RddNode rdd, Path directory) {
    if (Files.exists(directory)) {
      throw new MillraceException(
          ErrorCode.OUTPUT_EXISTS, directory + " exists; name a new directory");
    }
    try {
      Path staging = Files.createDirectories(Path.of(directory + ".staging"));
      run(rdd, new JobAction.SaveText(staging.toString()), 0, rdd.partitionCount());
      Files.move(staging, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
