package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.util.List;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.SeekableInput;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.input.FileSplit;
import org.millrace.runner.codec.RecordCodec;

/** The records of object files; a split has the blocks that begin in it. */
final class ObjectFileInputFormat extends FileInputFormat<NullWritable, Object> {
  ObjectFileInputFormat() {}

  @Override
  public List<InputSplit> getSplits(JobContext context) throws IOException {
    int wanted = context.getConfiguration().getInt(WholeFilesFormat.MIN_PARTITIONS, 1);
    long total = listStatus(context).stream().mapToLong(FileStatus::getLen).sum();
    context.getConfiguration().setLong(SPLIT_MAXSIZE, Math.max(1, total / Math.max(1, wanted) + 1));
    return super.getSplits(context);
  }

  @Override
  public RecordReader<NullWritable, Object> createRecordReader(
      InputSplit split, TaskAttemptContext context) throws IOException {
    return new Reader((FileSplit) split, context);
  }

  private static final class Reader extends RecordReader<NullWritable, Object> {
    private final DataFileReader<Object> reader;
    private final long start;
    private final long end;
    private Object current;

    Reader(FileSplit split, TaskAttemptContext context) throws IOException {
      Path path = split.getPath();
      FileSystem files = path.getFileSystem(context.getConfiguration());
      long lengthBytes = files.getFileStatus(path).getLen();
      ObjectFileCodec codec =
          new ObjectFileCodec(
              new RecordCodec(context.getConfiguration().getClassLoader()), path.toString());
      this.reader = new DataFileReader<>(new Input(files.open(path), lengthBytes), codec);
      this.start = split.getStart();
      this.end = split.getStart() + split.getLength();
      reader.sync(start);
    }

    @Override
    public void initialize(InputSplit split, TaskAttemptContext context) {
      // The constructor has opened the file.
    }

    @Override
    public boolean nextKeyValue() throws IOException {
      if (!reader.hasNext() || reader.pastSync(end)) {
        return false;
      }
      current = reader.next();
      return true;
    }

    @Override
    public NullWritable getCurrentKey() {
      return NullWritable.get();
    }

    @Override
    public Object getCurrentValue() {
      return current;
    }

    @Override
    public float getProgress() throws IOException {
      return end == start ? 1 : Math.min(1, (float) (reader.tell() - start) / (end - start));
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  /** A file of Hadoop as Avro reads it. */
  private record Input(FSDataInputStream stream, long lengthBytes) implements SeekableInput {
    @Override
    public void seek(long position) throws IOException {
      stream.seek(position);
    }

    @Override
    public long tell() throws IOException {
      return stream.getPos();
    }

    @Override
    public long length() {
      return lengthBytes;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return stream.read(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }
}
