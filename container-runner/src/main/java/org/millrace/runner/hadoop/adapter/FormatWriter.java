package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.JobContextImpl;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.JobStatus;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.runner.hadoop.OutputWriter;
import org.millrace.runner.hadoop.RecordOutput;

/**
 * Writes by a format, of whichever of Hadoop's two interfaces: the committers and contexts of the
 * old one are those of the new one, too. An attempt that writes files is a whole job of its own in
 * a directory of its own, with the format's own committer.
 */
abstract class FormatWriter implements OutputWriter {
  private static final long serialVersionUID = 1L;

  private final String format;
  private final HadoopOutput.Form form;
  private final ConfigurationForm configuration;
  private final JobName job;

  FormatWriter(
      String format, HadoopOutput.Form form, ConfigurationForm configuration, JobName job) {
    this.format = format;
    this.form = form;
    this.configuration = configuration;
    this.job = job;
  }

  /** What a format writes pairs with. */
  interface Pairs {
    void write(Object key, Object value) throws IOException, InterruptedException;

    void close() throws IOException, InterruptedException;
  }

  /** Begins to write, after the committer has set the attempt up. */
  interface Opening {
    Pairs open() throws IOException, InterruptedException;
  }

  /** What an attempt needs of a format. */
  record Made(OutputCommitter committer, Opening opening) {}

  final JobName job() {
    return job;
  }

  /** The context of the job, for the driver as well; one of both interfaces. */
  final JobContext jobContext(JobConf conf) {
    return new JobContextImpl(conf, job.id());
  }

  /** The context of an attempt, for the driver as well; {@code conf} describes it from now on. */
  abstract TaskAttemptContext context(JobConf conf, Attempt attempt);

  /**
   * A new format for an attempt.
   *
   * @param directory where it writes files; empty for a format without files
   */
  abstract Made make(String className, JobConf conf, TaskAttemptContext context, String directory)
      throws IOException, InterruptedException;

  @Override
  public final RecordOutput open(String directory, Attempt attempt, ClassLoader userClasses)
      throws IOException, InterruptedException {
    JobConf conf = configuration.restore(userClasses);
    if (!directory.isEmpty()) {
      writeBelow(directory, conf);
    }
    TaskAttemptContext context = context(conf, attempt);
    Made made = make(format, conf, context, directory);
    Attempted attempted = new Attempted(directory, made.committer(), jobContext(conf), context);
    attempted.setUp();
    return new Output(attempted, made.opening().open(), form);
  }

  /** Formats of files of both interfaces look there. */
  static void writeBelow(String directory, JobConf conf) {
    conf.set(FileOutputFormat.OUTDIR, new Path(directory).toString());
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

  private static final class Output implements RecordOutput {
    private final Attempted attempt;
    private final Pairs pairs;
    private final HadoopOutput.Form form;
    private boolean closed;

    Output(Attempted attempt, Pairs pairs, HadoopOutput.Form form) {
      this.attempt = attempt;
      this.pairs = pairs;
      this.form = form;
    }

    @Override
    public void write(Object record) throws IOException, InterruptedException {
      pairs.write(OutputForm.key(form, record), OutputForm.value(form, record));
    }

    @Override
    public List<String> commit() throws IOException, InterruptedException {
      closed = true;
      pairs.close();
      return attempt.commit();
    }

    @Override
    public void abort() throws IOException, InterruptedException {
      try {
        if (!closed) {
          pairs.close();
        }
      } finally {
        attempt.abort();
      }
    }
  }
}
