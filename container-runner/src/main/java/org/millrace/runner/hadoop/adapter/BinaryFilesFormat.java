package org.millrace.runner.hadoop.adapter;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.millrace.api.input.PortableDataStream;

/** Each file, not yet opened. */
final class BinaryFilesFormat extends WholeFilesFormat<PortableDataStream> {
  private ConfigurationForm form;

  BinaryFilesFormat() {}

  @Override
  PortableDataStream read(Path file, Configuration configuration) {
    if (form == null) {
      form = ConfigurationForm.of(configuration);
    }
    return new HadoopDataStream(file.toString(), form);
  }
}
