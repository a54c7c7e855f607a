package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.BooleanWritable;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.DataInputBuffer;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.io.DoubleWritable;
import org.apache.hadoop.io.FloatWritable;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.Writable;
import org.apache.hadoop.util.ReflectionUtils;

/**
 * Copies of objects that a record reader uses again. The common Writables are copied field by
 * field, the others through their bytes; what is no Writable is handed on as it is. Not
 * thread-safe.
 */
final class RecordCopies {
  private final Configuration configuration;
  private final DataOutputBuffer written = new DataOutputBuffer();
  private final DataInputBuffer read = new DataInputBuffer();

  RecordCopies(Configuration configuration) {
    this.configuration = configuration;
  }

  Object copy(Object value) throws IOException {
    if (!(value instanceof Writable writable) || value instanceof NullWritable) {
      return value;
    }
    Class<?> type = value.getClass();
    if (type == Text.class) {
      return new Text((Text) value);
    } else if (type == LongWritable.class) {
      return new LongWritable(((LongWritable) value).get());
    } else if (type == IntWritable.class) {
      return new IntWritable(((IntWritable) value).get());
    } else if (type == BytesWritable.class) {
      return new BytesWritable(((BytesWritable) value).copyBytes());
    } else if (type == DoubleWritable.class) {
      return new DoubleWritable(((DoubleWritable) value).get());
    } else if (type == FloatWritable.class) {
      return new FloatWritable(((FloatWritable) value).get());
    } else if (type == BooleanWritable.class) {
      return new BooleanWritable(((BooleanWritable) value).get());
    }
    return throughBytes(writable);
  }

  private Writable throughBytes(Writable value) throws IOException {
    written.reset();
    value.write(written);
    Writable copy = (Writable) ReflectionUtils.newInstance(value.getClass(), configuration);
    read.reset(written.getData(), written.getLength());
    copy.readFields(read);
    return copy;
  }

  /** About how much memory a key or value takes. */
  static long sizeBytes(Object value) {
    if (value instanceof Text text) {
      return text.getLength();
    } else if (value instanceof BytesWritable bytes) {
      return bytes.getLength();
    } else if (value instanceof String string) {
      return string.length();
    } else if (value instanceof byte[] bytes) {
      return bytes.length;
    }
    return 64;
  }
}
