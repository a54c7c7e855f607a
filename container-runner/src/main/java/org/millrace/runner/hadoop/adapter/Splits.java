package org.millrace.runner.hadoop.adapter;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.io.Writable;
import org.apache.hadoop.io.serializer.Deserializer;
import org.apache.hadoop.io.serializer.SerializationFactory;
import org.apache.hadoop.io.serializer.Serializer;
import org.apache.hadoop.mapred.FileSplit;
import org.apache.hadoop.util.ReflectionUtils;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.HadoopSplit;

/**
 * Splits as bytes: when the file was changed as it was listed (-1: not looked at), class name, and
 * the split as a Writable or by the serialization that the configuration names for its class.
 */
final class Splits {
  private static final String NOWHERE = "localhost";

  private Splits() {}

  static HadoopSplit encode(
      Object split, long modificationTimeMs, long lengthBytes, String[] hosts, Configuration conf)
      throws IOException {
    DataOutputBuffer out = new DataOutputBuffer();
    out.writeLong(modificationTimeMs);
    out.writeUTF(split.getClass().getName());
    if (split instanceof Writable writable) {
      writable.write(out);
    } else {
      writeBySerialization(split, out, conf);
    }
    byte[] content = new byte[out.getLength()];
    System.arraycopy(out.getData(), 0, content, 0, content.length);
    List<String> places =
        hosts == null
            ? List.of()
            : List.of(hosts).stream().filter(h -> !NOWHERE.equals(h)).toList();
    return new HadoopSplit(content, lengthBytes, places);
  }

  @SuppressWarnings("unchecked") // the factory looked for a serializer of this class
  private static void writeBySerialization(Object split, DataOutputBuffer out, Configuration conf)
      throws IOException {
    Serializer<Object> serializer =
        new SerializationFactory(conf).getSerializer((Class<Object>) split.getClass());
    if (serializer == null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the split class "
              + split.getClass().getName()
              + " can neither be written as a Writable nor by io.serializations");
    }
    serializer.open(out);
    serializer.serialize(split);
    serializer.close();
  }

  /** A split and when its file was changed as it was listed; -1 when nobody looked. */
  record Decoded(Object split, long modificationTimeMs) {}

  static Decoded decode(ByteBuffer content, Configuration conf)
      throws IOException, ClassNotFoundException {
    byte[] bytes = new byte[content.remaining()];
    content.duplicate().get(bytes);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    long modificationTimeMs = in.readLong();
    Class<?> type = conf.getClassByName(in.readUTF());
    if (Writable.class.isAssignableFrom(type)) {
      Writable split = (Writable) ReflectionUtils.newInstance(type, conf);
      split.readFields(in);
      return new Decoded(split, modificationTimeMs);
    }
    return new Decoded(readBySerialization(type, in, conf), modificationTimeMs);
  }

  private static <T> T readBySerialization(Class<T> type, DataInputStream in, Configuration conf)
      throws IOException {
    Deserializer<T> deserializer = new SerializationFactory(conf).getDeserializer(type);
    deserializer.open(in);
    T split = deserializer.deserialize(null);
    deserializer.close();
    return split;
  }

  /** The file that a split of either interface is a part of; null when it is of none. */
  static Path fileOrNull(Object split) {
    if (split instanceof FileSplit file) {
      return file.getPath();
    }
    return split instanceof org.apache.hadoop.mapreduce.lib.input.FileSplit file
        ? file.getPath()
        : null;
  }

  /** Fails when a file is not as it was listed. */
  static void requireUnchanged(Decoded decoded, Configuration conf) throws IOException {
    long modificationTimeMs = decoded.modificationTimeMs();
    Path file = fileOrNull(decoded.split());
    if (modificationTimeMs < 0 || file == null) {
      return;
    }
    FileStatus status = file.getFileSystem(conf).getFileStatus(file);
    if (status.getModificationTime() != modificationTimeMs) {
      throw new MillraceException(
          ErrorCode.INPUT_CHANGED,
          "the input file %s changed after it was listed: its time is %d, expected %d; move finished files into an input directory by rename"
              .formatted(file, status.getModificationTime(), modificationTimeMs));
    }
  }
}
