package org.millrace.runner.hadoop.adapter;

import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.millrace.api.Tuple2;
import org.millrace.api.graph.HadoopOutput;

/** Makes a key and a value of a record. */
final class OutputForm {
  private OutputForm() {}

  static Object key(HadoopOutput.Form form, Object record) {
    return form == HadoopOutput.Form.PAIRS ? ((Tuple2<?, ?>) record)._1() : NullWritable.get();
  }

  static Object value(HadoopOutput.Form form, Object record) {
    return switch (form) {
      case PAIRS -> ((Tuple2<?, ?>) record)._2();
      case VALUES -> record;
      case LINES -> new Text(String.valueOf(record));
    };
  }
}
