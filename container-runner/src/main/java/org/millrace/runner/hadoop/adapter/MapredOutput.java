package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.mapred.FileOutputFormat;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.OutputFormat;
import org.apache.hadoop.mapred.lib.LazyOutputFormat;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.millrace.api.graph.HadoopOutput;

/** An output of the old interface in the driver. */
final class MapredOutput extends FormatOutput {
  private final OutputFormat<?, ?> format;

  MapredOutput(HadoopOutput output, String formatName, JobConf conf, JobName job) {
    super(
        output, conf, new MapredWriter(formatName, output.form(), ConfigurationForm.of(conf), job));
    this.format = Formats.create(OutputFormat.class, formatName, conf);
  }

  @Override
  public boolean writesFiles() {
    return format instanceof FileOutputFormat || format instanceof LazyOutputFormat;
  }

  @Override
  void check(JobConf checked) throws IOException {
    format.checkOutputSpecs(FileSystem.get(checked), checked);
  }

  @Override
  OutputCommitter committer(JobConf ofJob) {
    return ofJob.getOutputCommitter();
  }
}
