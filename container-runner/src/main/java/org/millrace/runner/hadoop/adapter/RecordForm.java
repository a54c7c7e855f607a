package org.millrace.runner.hadoop.adapter;

import org.apache.hadoop.io.BytesWritable;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.HadoopInput;

/** Makes a record of a key and a value. */
final class RecordForm {
  private RecordForm() {}

  static Object record(HadoopInput.Form form, Object key, Object value) {
    return switch (form) {
      case PAIRS -> new Tuple2<>(key, value);
      case VALUES -> value;
      case LINES -> value.toString();
      case BYTES -> bytes(value);
    };
  }

  private static byte[] bytes(Object value) {
    if (value instanceof BytesWritable bytes) {
      return bytes.copyBytes();
    }
    throw new MillraceException(
        ErrorCode.INTERNAL, "a value of " + value.getClass().getName() + " has no bytes");
  }

  /** Whether key and value end up in the record as the objects they are. */
  static boolean keepsKey(HadoopInput.Form form) {
    return form == HadoopInput.Form.PAIRS;
  }

  static boolean keepsValue(HadoopInput.Form form) {
    return form == HadoopInput.Form.PAIRS || form == HadoopInput.Form.VALUES;
  }
}
