package org.millrace.runner.hadoop.adapter;

import java.nio.ByteBuffer;
import org.apache.hadoop.mapred.JobConf;
import org.millrace.api.graph.HadoopInput;
import org.millrace.runner.hadoop.RecordCursor;
import org.millrace.runner.hadoop.SplitReader;

/** Reads splits of a format, of whichever of Hadoop's two interfaces. */
abstract class FormatReader implements SplitReader {
  private static final long serialVersionUID = 1L;

  private final String format;
  private final HadoopInput.Form form;
  private final ConfigurationForm configuration;

  FormatReader(String format, HadoopInput.Form form, ConfigurationForm configuration) {
    this.format = format;
    this.form = form;
    this.configuration = configuration;
  }

  @Override
  public final RecordCursor open(ByteBuffer split, ClassLoader userClasses) throws Exception {
    JobConf conf = configuration.restore(userClasses);
    Splits.Decoded decoded = Splits.decode(split, conf);
    Splits.requireUnchanged(decoded, conf);
    return cursor(format, decoded.split(), form, conf);
  }

  /**
   * Opens a split.
   *
   * @param made the class name of the format
   */
  abstract RecordCursor cursor(String made, Object split, HadoopInput.Form form, JobConf conf)
      throws Exception;
}
