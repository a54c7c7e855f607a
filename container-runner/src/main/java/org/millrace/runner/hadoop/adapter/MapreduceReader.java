package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.InputFormat;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.millrace.api.graph.HadoopInput;
import org.millrace.runner.hadoop.RecordCursor;

/**
 * Reads splits of a format of {@code org.apache.hadoop.mapreduce}. Such a format may answer the
 * same objects for each record, so Writables are copied.
 */
final class MapreduceReader extends FormatReader {
  private static final long serialVersionUID = 1L;

  MapreduceReader(String format, HadoopInput.Form form, ConfigurationForm configuration) {
    super(format, form, configuration);
  }

  @Override
  RecordCursor cursor(String made, Object split, HadoopInput.Form form, JobConf conf)
      throws IOException, InterruptedException {
    InputFormat<?, ?> format = Formats.create(InputFormat.class, made, conf);
    TaskAttemptContext context = new TaskAttemptContextImpl(conf, new TaskAttemptID());
    return new Cursor<>(reader(format, (InputSplit) split, context), form, new RecordCopies(conf));
  }

  private static <K, V> RecordReader<K, V> reader(
      InputFormat<K, V> format, InputSplit split, TaskAttemptContext context)
      throws IOException, InterruptedException {
    RecordReader<K, V> reader = format.createRecordReader(split, context);
    try {
      reader.initialize(split, context);
    } catch (IOException | InterruptedException | RuntimeException e) {
      reader.close();
      throw e;
    }
    return reader;
  }

  private static final class Cursor<K, V> implements RecordCursor {
    private final RecordReader<K, V> reader;
    private final HadoopInput.Form form;
    private final RecordCopies copies;
    private Object record;
    private long sizeBytes;

    Cursor(RecordReader<K, V> reader, HadoopInput.Form form, RecordCopies copies) {
      this.reader = reader;
      this.form = form;
      this.copies = copies;
    }

    @Override
    public boolean next() throws IOException, InterruptedException {
      if (!reader.nextKeyValue()) {
        return false;
      }
      Object key = reader.getCurrentKey();
      Object value = reader.getCurrentValue();
      sizeBytes = RecordCopies.sizeBytes(key) + RecordCopies.sizeBytes(value);
      record =
          RecordForm.record(
              form,
              RecordForm.keepsKey(form) ? copies.copy(key) : key,
              RecordForm.keepsValue(form) ? copies.copy(value) : value);
      return true;
    }

    @Override
    public Object record() {
      return record;
    }

    @Override
    public long sizeBytes() {
      return sizeBytes;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
