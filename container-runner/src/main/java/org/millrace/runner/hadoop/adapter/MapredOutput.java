package org.millrace.runner.hadoop.adapter;

import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapred.FileOutputFormat;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.OutputFormat;
import org.apache.hadoop.mapred.lib.LazyOutputFormat;
import org.apache.hadoop.mapreduce.JobStatus;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.runner.hadoop.HadoopFormats.PlannedOutput;
import org.millrace.runner.hadoop.OutputWriter;

/** An output of the old interface in the driver. */
final class MapredOutput implements PlannedOutput {
  private final HadoopOutput output;
  private final JobConf conf;
  private final OutputFormat<?, ?> format;
  private final MapredWriter writer;

  MapredOutput(HadoopOutput output, String formatName, JobConf conf, JobName job) {
    this.output = output;
    this.conf = conf;
    this.format = Formats.create(OutputFormat.class, formatName, conf);
    this.writer = new MapredWriter(formatName, output.form(), ConfigurationForm.of(conf), job);
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
    return output
        .path()
        .or(() -> Optional.ofNullable(FileOutputFormat.getOutputPath(conf)).map(Path::toString));
  }

  @Override
  public void check(String directory) {
    JobConf checked = new JobConf(conf);
    if (!directory.isEmpty()) {
      FileOutputFormat.setOutputPath(checked, new Path(directory));
    }
    Formats.checking(
        output.description(), () -> format.checkOutputSpecs(FileSystem.get(checked), checked));
  }

  @Override
  public void setUp() {
    Formats.committing(
        output.description(), () -> conf.getOutputCommitter().setupJob(writer.jobContext(conf)));
  }

  @Override
  public void commit() {
    Formats.committing(
        output.description(), () -> conf.getOutputCommitter().commitJob(writer.jobContext(conf)));
  }

  @Override
  public void abort() {
    Formats.committing(
        output.description(),
        () ->
            conf.getOutputCommitter()
                .abortJob(writer.jobContext(conf), JobStatus.State.FAILED.getValue()));
  }
}
