package org.millrace.runner.hadoop.adapter;

import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.JobStatus;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.OutputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.mapreduce.lib.output.LazyOutputFormat;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.runner.hadoop.HadoopFormats.PlannedOutput;
import org.millrace.runner.hadoop.OutputWriter;

/** An output of the new interface in the driver. */
final class MapreduceOutput implements PlannedOutput {
  private final HadoopOutput output;
  private final JobConf conf;
  private final OutputFormat<?, ?> format;
  private final MapreduceWriter writer;

  MapreduceOutput(HadoopOutput output, String formatName, JobConf conf, JobName job) {
    this.output = output;
    this.conf = conf;
    this.format = Formats.create(OutputFormat.class, formatName, conf);
    this.writer = new MapreduceWriter(formatName, output.form(), ConfigurationForm.of(conf), job);
  }

  @Override
  public OutputWriter writer() {
    return writer;
  }

  @Override
  public boolean writesFiles() {
    return format instanceof FileOutputFormat || format instanceof LazyOutputFormat;
  }

  @Override
  public Optional<String> directory() {
    return output.path().or(() -> Optional.ofNullable(conf.get(FileOutputFormat.OUTDIR)));
  }

  @Override
  public void check(String directory) {
    JobConf checked = new JobConf(conf);
    if (!directory.isEmpty()) {
      checked.set(FileOutputFormat.OUTDIR, new Path(directory).toString());
    }
    Formats.checking(
        output.description(), () -> format.checkOutputSpecs(writer.jobContext(checked)));
  }

  private OutputCommitter committer() throws Exception {
    return format.getOutputCommitter(
        writer.context(new JobConf(conf), new OutputWriter.Attempt(0, 0)));
  }

  @Override
  public void setUp() {
    Formats.committing(output.description(), () -> committer().setupJob(writer.jobContext(conf)));
  }

  @Override
  public void commit() {
    Formats.committing(output.description(), () -> committer().commitJob(writer.jobContext(conf)));
  }

  @Override
  public void abort() {
    Formats.committing(
        output.description(),
        () -> committer().abortJob(writer.jobContext(conf), JobStatus.State.FAILED));
  }
}
