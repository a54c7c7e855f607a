package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.OutputFormat;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.millrace.api.graph.HadoopOutput;

/** Writes by a format of {@code org.apache.hadoop.mapreduce}. */
final class MapreduceWriter extends FormatWriter {
  private static final long serialVersionUID = 1L;

  MapreduceWriter(
      String format, HadoopOutput.Form form, ConfigurationForm configuration, JobName job) {
    super(format, form, configuration, job);
  }

  @Override
  TaskAttemptContext context(JobConf conf, Attempt attempt) {
    TaskAttemptID id =
        new TaskAttemptID(
            new TaskID(job().id(), TaskType.REDUCE, attempt.partition()), attempt.number());
    job().describe(conf, id, attempt.partition());
    return new TaskAttemptContextImpl(conf, id);
  }

  @Override
  Made make(String className, JobConf conf, TaskAttemptContext context, String directory)
      throws IOException, InterruptedException {
    OutputFormat<?, ?> format = Formats.create(OutputFormat.class, className, conf);
    return new Made(
        format.getOutputCommitter(context), () -> pairs(format.getRecordWriter(context), context));
  }

  private static <K, V> Pairs pairs(RecordWriter<K, V> writer, TaskAttemptContext context) {
    return new Pairs() {
      @Override
      @SuppressWarnings("unchecked") // the format fails on keys and values that are not its own
      public void write(Object key, Object value) throws IOException, InterruptedException {
        writer.write((K) key, (V) value);
      }

      @Override
      public void close() throws IOException, InterruptedException {
        writer.close(context);
      }
    };
  }
}
