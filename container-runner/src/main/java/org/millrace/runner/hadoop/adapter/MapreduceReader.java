package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.InputFormat;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.lib.input.FileSplit;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.millrace.api.graph.HadoopInput;
import org.millrace.runner.hadoop.RecordCursor;
import org.millrace.runner.hadoop.SplitReader;

/**
 * Reads splits of a format of {@code org.apache.hadoop.mapreduce}. Such a format may answer the
 * same objects for each record, so Writables are copied.
 */
final class MapreduceReader implements SplitReader {
  private static final long serialVersionUID = 1L;

  private final String format;
  private final HadoopInput.Form form;
  private final ConfigurationForm configuration;

  MapreduceReader(String format, HadoopInput.Form form, ConfigurationForm configuration) {
    this.format = format;
    this.form = form;
    this.configuration = configuration;
  }

  @Override
  public RecordCursor open(ByteBuffer split, ClassLoader userClasses) throws Exception {
    JobConf conf = configuration.restore(userClasses);
    Splits.Decoded decoded = Splits.decode(split, conf);
    Optional<FileSplit> file =
        decoded.split() instanceof FileSplit found ? Optional.of(found) : Optional.empty();
    Splits.requireUnchanged(file.map(FileSplit::getPath), decoded.modificationTimeMs(), conf);
    InputFormat<?, ?> made = Formats.create(InputFormat.class, format, conf);
    TaskAttemptContext context = new TaskAttemptContextImpl(conf, new TaskAttemptID());
    return cursor(made, (InputSplit) decoded.split(), context);
  }

  private <K, V> RecordCursor cursor(
      InputFormat<K, V> made, InputSplit split, TaskAttemptContext context) throws Exception {
    RecordReader<K, V> reader = made.createRecordReader(split, context);
    try {
      reader.initialize(split, context);
    } catch (IOException | InterruptedException | RuntimeException e) {
      reader.close();
      throw e;
    }
    return new Cursor<>(reader, form, new RecordCopies(context.getConfiguration()));
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
