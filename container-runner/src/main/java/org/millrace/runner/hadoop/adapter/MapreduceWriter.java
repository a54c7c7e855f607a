package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.JobID;
import org.apache.hadoop.mapreduce.JobStatus;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.OutputFormat;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.mapreduce.task.JobContextImpl;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.runner.hadoop.OutputWriter;
import org.millrace.runner.hadoop.RecordOutput;

/**
 * Writes by a format of {@code org.apache.hadoop.mapreduce}. An attempt that writes files is a
 * whole job of its own in a directory of its own, with the format's own committer.
 */
final class MapreduceWriter implements OutputWriter {
  private static final long serialVersionUID = 1L;

  private final String format;
  private final HadoopOutput.Form form;
  private final ConfigurationForm configuration;
  private final JobName job;

  MapreduceWriter(
      String format, HadoopOutput.Form form, ConfigurationForm configuration, JobName job) {
    this.format = format;
    this.form = form;
    this.configuration = configuration;
    this.job = job;
  }

  /** The context of an attempt, for the driver as well. */
  TaskAttemptContext context(JobConf conf, Attempt attempt) {
    TaskAttemptID id =
        new TaskAttemptID(
            new TaskID(jobId(), TaskType.REDUCE, attempt.partition()), attempt.number());
    job.describe(conf, id, attempt.partition());
    return new TaskAttemptContextImpl(conf, id);
  }

  JobContext jobContext(JobConf conf) {
    return new JobContextImpl(conf, jobId());
  }

  private JobID jobId() {
    return new JobID(job.cluster(), job.number());
  }

  @Override
  public RecordOutput open(String directory, Attempt attempt, ClassLoader userClasses)
      throws IOException, InterruptedException {
    JobConf conf = configuration.restore(userClasses);
    if (!directory.isEmpty()) {
      conf.set(FileOutputFormat.OUTDIR, new Path(directory).toString());
    }
    TaskAttemptContext context = context(conf, attempt);
    OutputFormat<?, ?> made = Formats.create(OutputFormat.class, format, conf);
    OutputCommitter committer = made.getOutputCommitter(context);
    Attempted attempted = new Attempted(directory, committer, jobContext(conf), context);
    attempted.setUp();
    return writing(made, attempted);
  }

  private <K, V> RecordOutput writing(OutputFormat<K, V> made, Attempted attempted)
      throws IOException, InterruptedException {
    return new Output<>(attempted, made.getRecordWriter(attempted.context()), form);
  }

  /** The committer's side of an attempt. */
  private record Attempted(
      String directory,
      OutputCommitter committer,
      JobContext jobContext,
      TaskAttemptContext context) {
    void setUp() throws IOException {
      if (!directory.isEmpty()) {
        committer.setupJob(jobContext);
      }
      committer.setupTask(context);
    }

    List<String> commit() throws IOException {
      if (committer.needsTaskCommit(context)) {
        committer.commitTask(context);
      }
      if (directory.isEmpty()) {
        return List.of();
      }
      committer.commitJob(jobContext);
      return WrittenFiles.below(directory, context.getConfiguration());
    }

    void abort() throws IOException {
      committer.abortTask(context);
      if (!directory.isEmpty()) {
        committer.abortJob(jobContext, JobStatus.State.FAILED);
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
    public void write(Object record) throws IOException, InterruptedException {
      writer.write((K) OutputForm.key(form, record), (V) OutputForm.value(form, record));
    }

    @Override
    public List<String> commit() throws IOException, InterruptedException {
      closed = true;
      writer.close(attempt.context());
      return attempt.commit();
    }

    @Override
    public void abort() throws IOException, InterruptedException {
      try {
        if (!closed) {
          writer.close(attempt.context());
        }
      } finally {
        attempt.abort();
      }
    }
  }
}
