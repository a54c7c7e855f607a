package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.OutputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.mapreduce.lib.output.LazyOutputFormat;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.runner.hadoop.OutputWriter;

/** An output of the new interface in the driver. */
final class MapreduceOutput extends FormatOutput {
  private final OutputFormat<?, ?> format;
  private final MapreduceWriter writer;

  MapreduceOutput(HadoopOutput output, String formatName, JobConf conf, JobName job) {
    this(
        output,
        formatName,
        conf,
        new MapreduceWriter(formatName, output.form(), ConfigurationForm.of(conf), job));
  }

  private MapreduceOutput(
      HadoopOutput output, String formatName, JobConf conf, MapreduceWriter writer) {
    super(output, conf, writer);
    this.format = Formats.create(OutputFormat.class, formatName, conf);
    this.writer = writer;
  }

  @Override
  public boolean writesFiles() {
    return format instanceof FileOutputFormat || format instanceof LazyOutputFormat;
  }

  @Override
  void check(JobConf checked) throws IOException, InterruptedException {
    format.checkOutputSpecs(writer.jobContext(checked));
  }

  @Override
  OutputCommitter committer(JobConf ofJob) throws IOException, InterruptedException {
    return format.getOutputCommitter(
        writer.context(new JobConf(ofJob), new OutputWriter.Attempt(0, 0)));
  }
}
