package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import org.apache.hadoop.mapred.InputFormat;
import org.apache.hadoop.mapred.InputSplit;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.RecordReader;
import org.apache.hadoop.mapred.Reporter;
import org.millrace.api.graph.HadoopInput;
import org.millrace.runner.hadoop.RecordCursor;

/**
 * Reads splits of a format of {@code org.apache.hadoop.mapred}.
 *
 * <p>Such a format fills objects that its caller gives. Each record gets objects of its own, which
 * costs no copy; a reader that answers the same object again when it is asked for a new one has its
 * records copied.
 */
final class MapredReader extends FormatReader {
  private static final long serialVersionUID = 1L;

  MapredReader(String format, HadoopInput.Form form, ConfigurationForm configuration) {
    super(format, form, configuration);
  }

  @Override
  RecordCursor cursor(String made, Object split, HadoopInput.Form form, JobConf conf)
      throws IOException {
    InputFormat<?, ?> format = Formats.create(InputFormat.class, made, conf);
    return cursor(format.getRecordReader((InputSplit) split, conf, Reporter.NULL), form, conf);
  }

  private static <K, V> RecordCursor cursor(
      RecordReader<K, V> reader, HadoopInput.Form form, JobConf conf) {
    return new Cursor<>(reader, form, new RecordCopies(conf));
  }

  private static final class Cursor<K, V> implements RecordCursor {
    private final RecordReader<K, V> reader;
    private final HadoopInput.Form form;
    private final RecordCopies copies;
    private final boolean keysAreReused;
    private final boolean valuesAreReused;
    private K key;
    private V value;
    private Object record;

    Cursor(RecordReader<K, V> reader, HadoopInput.Form form, RecordCopies copies) {
      this.reader = reader;
      this.form = form;
      this.copies = copies;
      this.key = reader.createKey();
      this.value = reader.createValue();
      this.keysAreReused = key != null && reader.createKey() == key;
      this.valuesAreReused = value != null && reader.createValue() == value;
    }

    @Override
    public boolean next() throws IOException {
      if (record != null && RecordForm.keepsKey(form) && !keysAreReused) {
        key = reader.createKey();
      }
      if (record != null && RecordForm.keepsValue(form) && !valuesAreReused) {
        value = reader.createValue();
      }
      if (!reader.next(key, value)) {
        return false;
      }
      record =
          RecordForm.record(
              form,
              keysAreReused ? copies.copy(key) : key,
              valuesAreReused ? copies.copy(value) : value);
      return true;
    }

    @Override
    public Object record() {
      return record;
    }

    @Override
    public long sizeBytes() {
      return RecordCopies.sizeBytes(key) + RecordCopies.sizeBytes(value);
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
