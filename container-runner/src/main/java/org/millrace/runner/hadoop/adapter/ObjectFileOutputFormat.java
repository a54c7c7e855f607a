package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.millrace.runner.codec.RecordCodec;

/** Writes values as object files; deflated when output is to be compressed. */
final class ObjectFileOutputFormat extends FileOutputFormat<Object, Object> {
  private static final int DEFLATE_LEVEL = 6;

  ObjectFileOutputFormat() {}

  @Override
  public RecordWriter<Object, Object> getRecordWriter(TaskAttemptContext context)
      throws IOException {
    Path file = getDefaultWorkFile(context, ".avro");
    Configuration configuration = context.getConfiguration();
    ObjectFileCodec codec =
        new ObjectFileCodec(new RecordCodec(configuration.getClassLoader()), file.toString());
    DataFileWriter<Object> writer = new DataFileWriter<>(codec);
    if (getCompressOutput(context)) {
      writer.setCodec(CodecFactory.deflateCodec(DEFLATE_LEVEL));
    }
    writer.setMeta(ObjectFileCodec.VERSION_KEY, ObjectFileCodec.VERSION);
    writer.create(ObjectFileCodec.SCHEMA, file.getFileSystem(configuration).create(file, false));
    return new Writer(writer);
  }

  private static final class Writer extends RecordWriter<Object, Object> {
    private final DataFileWriter<Object> file;

    Writer(DataFileWriter<Object> file) {
      this.file = file;
    }

    @Override
    public void write(Object key, Object value) throws IOException {
      file.append(value);
    }

    @Override
    public void close(TaskAttemptContext context) throws IOException {
      file.close();
    }
  }
}
