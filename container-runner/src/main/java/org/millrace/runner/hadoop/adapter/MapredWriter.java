package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.OutputFormat;
import org.apache.hadoop.mapred.RecordWriter;
import org.apache.hadoop.mapred.Reporter;
import org.apache.hadoop.mapred.TaskAttemptContextImpl;
import org.apache.hadoop.mapred.TaskAttemptID;
import org.apache.hadoop.mapred.TaskID;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskType;
import org.millrace.api.graph.HadoopOutput;

/** Writes by a format of {@code org.apache.hadoop.mapred}. */
final class MapredWriter extends FormatWriter {
  private static final long serialVersionUID = 1L;

  MapredWriter(
      String format, HadoopOutput.Form form, ConfigurationForm configuration, JobName job) {
    super(format, form, configuration, job);
  }

  @Override
  TaskAttemptContext context(JobConf conf, Attempt attempt) {
    TaskAttemptID id =
        new TaskAttemptID(
            new TaskID(job().id(), TaskType.MAP, attempt.partition()), attempt.number());
    job().describe(conf, id, attempt.partition());
    return new TaskAttemptContextImpl(conf, id);
  }

  @Override
  Made make(String className, JobConf conf, TaskAttemptContext context, String directory) {
    OutputFormat<?, ?> format = Formats.create(OutputFormat.class, className, conf);
    String name = String.format("part-%05d", context.getTaskAttemptID().getTaskID().getId());
    return new Made(
        conf.getOutputCommitter(),
        () -> {
          FileSystem files =
              directory.isEmpty() ? FileSystem.get(conf) : new Path(directory).getFileSystem(conf);
          return pairs(format.getRecordWriter(files, conf, name, Reporter.NULL));
        });
  }

  private static <K, V> Pairs pairs(RecordWriter<K, V> writer) {
    return new Pairs() {
      @Override
      @SuppressWarnings("unchecked") // the format fails on keys and values that are not its own
      public void write(Object key, Object value) throws IOException {
        writer.write((K) key, (V) value);
      }

      @Override
      public void close() throws IOException {
        writer.close(Reporter.NULL);
      }
    };
  }
}
