package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapred.FileOutputFormat;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.JobContext;
import org.apache.hadoop.mapred.JobContextImpl;
import org.apache.hadoop.mapred.JobID;
import org.apache.hadoop.mapred.OutputCommitter;
import org.apache.hadoop.mapred.OutputFormat;
import org.apache.hadoop.mapred.RecordWriter;
import org.apache.hadoop.mapred.Reporter;
import org.apache.hadoop.mapred.TaskAttemptContext;
import org.apache.hadoop.mapred.TaskAttemptContextImpl;
import org.apache.hadoop.mapred.TaskAttemptID;
import org.apache.hadoop.mapred.TaskID;
import org.apache.hadoop.mapreduce.JobStatus;
import org.apache.hadoop.mapreduce.TaskType;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.runner.hadoop.OutputWriter;
import org.millrace.runner.hadoop.RecordOutput;

/**
 * Writes by a format of {@code org.apache.hadoop.mapred}. An attempt that writes files is a whole
 * job of its own in a directory of its own, with the format's own committer.
 */
final class MapredWriter implements OutputWriter {
  private static final long serialVersionUID = 1L;

  private final String format;
  private final HadoopOutput.Form form;
  private final ConfigurationForm configuration;
  private final JobName job;

  MapredWriter(
      String format, HadoopOutput.Form form, ConfigurationForm configuration, JobName job) {
    this.format = format;
    this.form = form;
    this.configuration = configuration;
    this.job = job;
  }

  /** The job context of the driver. */
  JobContext jobContext(JobConf conf) {
    return new JobContextImpl(conf, jobId());
  }

  private JobID jobId() {
    return new JobID(job.cluster(), job.number());
  }

  @Override
  public RecordOutput open(String directory, Attempt attempt, ClassLoader userClasses)
      throws IOException {
    JobConf conf = configuration.restore(userClasses);
    TaskAttemptID id =
        new TaskAttemptID(new TaskID(jobId(), TaskType.MAP, attempt.partition()), attempt.number());
    job.describe(conf, id, attempt.partition());
    if (!directory.isEmpty()) {
      FileOutputFormat.setOutputPath(conf, new Path(directory));
    }
    OutputFormat<?, ?> made = Formats.create(OutputFormat.class, format, conf);
    TaskAttemptContext context = new TaskAttemptContextImpl(conf, id);
    Attempted output = new Attempted(directory, conf, jobContext(conf), context);
    output.setUp();
    return output.writing(made, attempt.partition(), form);
  }

  /** The committer's side of an attempt. */
  private record Attempted(
      String directory, JobConf conf, JobContext jobContext, TaskAttemptContext context) {
    OutputCommitter committer() {
      return conf.getOutputCommitter();
    }

    void setUp() throws IOException {
      if (!directory.isEmpty()) {
        committer().setupJob(jobContext);
      }
      committer().setupTask(context);
    }

    <K, V> RecordOutput writing(OutputFormat<K, V> made, int partition, HadoopOutput.Form form)
        throws IOException {
      FileSystem files =
          directory.isEmpty() ? FileSystem.get(conf) : new Path(directory).getFileSystem(conf);
      RecordWriter<K, V> writer =
          made.getRecordWriter(files, conf, String.format("part-%05d", partition), Reporter.NULL);
      return new Output<>(this, writer, form);
    }

    List<String> commit() throws IOException {
      OutputCommitter committer = committer();
      if (committer.needsTaskCommit(context)) {
        committer.commitTask(context);
      }
      if (directory.isEmpty()) {
        return List.of();
      }
      committer.commitJob(jobContext);
      return WrittenFiles.below(directory, conf);
    }

    void abort() throws IOException {
      committer().abortTask(context);
      if (!directory.isEmpty()) {
        committer().abortJob(jobContext, JobStatus.State.FAILED.getValue());
      }
    }
  }

  private static final class Output<K, V> implements RecordOutput {
    private final Attempted attempt;
    private final RecordWriter<K, V> writer;
    private final HadoopOutput.Form form;
    private boolean closed;

    Output(Attempted attempt, RecordWriter<K, V> writer, HadoopOutput.Form form) {
      this.attempt = attempt;
      this.writer = writer;
      this.form = form;
    }

    @Override
    @SuppressWarnings("unchecked") // the format fails on keys and values that are not its own
    public void write(Object record) throws IOException {
      writer.write((K) OutputForm.key(form, record), (V) OutputForm.value(form, record));
    }

    @Override
    public List<String> commit() throws IOException {
      closed = true;
      writer.close(Reporter.NULL);
      return attempt.commit();
    }

    @Override
    public void abort() throws IOException {
      try {
        if (!closed) {
          writer.close(Reporter.NULL);
        }
      } finally {
        attempt.abort();
      }
    }
  }
}
