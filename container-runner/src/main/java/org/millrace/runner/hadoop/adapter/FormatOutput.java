package org.millrace.runner.hadoop.adapter;

import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.JobStatus;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.runner.hadoop.HadoopFormats.PlannedOutput;
import org.millrace.runner.hadoop.OutputWriter;

/** An output in the driver, by a format of whichever of Hadoop's two interfaces. */
abstract class FormatOutput implements PlannedOutput {
  private final HadoopOutput output;
  private final JobConf conf;
  private final FormatWriter writer;

  FormatOutput(HadoopOutput output, JobConf conf, FormatWriter writer) {
    this.output = output;
    this.conf = conf;
    this.writer = writer;
  }

  /** Lets the format refuse a configuration. */
  abstract void check(JobConf checked) throws Exception;

  /** A committer of the whole job. */
  abstract OutputCommitter committer(JobConf ofJob) throws Exception;

  @Override
  public final OutputWriter writer() {
    return writer;
  }

  @Override
  public final Optional<String> directory() {
    return output
        .path()
        .or(
            () ->
                Optional.ofNullable(conf.get(FileOutputFormat.OUTDIR))
                    .map(name -> new Path(name).toString()));
  }

  @Override
  public final void check(String directory) {
    JobConf checked = new JobConf(conf);
    if (!directory.isEmpty()) {
      FormatWriter.writeBelow(directory, checked);
    }
    Formats.checking(output.description(), () -> check(checked));
  }

  @Override
  public final void setUp() {
    Formats.committing(
        output.description(), () -> committer(conf).setupJob(writer.jobContext(conf)));
  }

  @Override
  public final void commit() {
    Formats.committing(
        output.description(), () -> committer(conf).commitJob(writer.jobContext(conf)));
  }

  @Override
  public final void abort() {
    Formats.committing(
        output.description(),
        () -> committer(conf).abortJob(writer.jobContext(conf), JobStatus.State.FAILED));
  }
}
