package org.millrace.runner.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The record encoding for the classes of one program: docs/format/record-encoding.md. Thread-safe;
 * make one for a class loader and share it.
 */
public final class RecordCodec {
  private final ClassLoader userClasses;
  private final GenericCodec generic;
  private final ConcurrentHashMap<String, Class<?>> classes = new ConcurrentHashMap<>();

  /** Records of classes that {@code userClasses} finds. */
  public RecordCodec(ClassLoader userClasses) {
    this.userClasses = Objects.requireNonNull(userClasses, "userClasses");
    this.generic = new GenericCodec(userClasses);
  }

  /** Finds the classes of the program. */
  public ClassLoader userClasses() {
    return userClasses;
  }

  /** An empty writer. */
  public RecordWriter writer() {
    return writer(Integer.MAX_VALUE);
  }

  /** An empty writer that refuses larger records. */
  public RecordWriter writer(int maxRecordBytes) {
    return new RecordWriter(this, maxRecordBytes);
  }

  /** A reader over the bytes between position and limit, which must not change while it reads. */
  public RecordReader reader(ByteBuffer bytes) {
    return new RecordReader(this, bytes);
  }

  /** All records, one after the other. */
  public ByteBuffer encode(Iterable<?> records) {
    RecordWriter writer = writer();
    for (Object record : records) {
      writer.write(record);
    }
    return writer.takeBytes();
  }

  /**
   * The inverse of {@link #encode}.
   *
   * @throws MillraceException PROTOCOL_VIOLATION when there are not {@code count} records in the
   *     bytes
   */
  public List<Object> decode(ByteBuffer bytes, int count) {
    RecordReader reader = reader(bytes);
    if (count < 0 || count > bytes.remaining()) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          count + " records cannot be in " + bytes.remaining() + " bytes");
    }
    List<Object> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      records.add(reader.next());
    }
    if (reader.hasNext()) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION, "more than the " + count + " records that were announced");
    }
    return records;
  }

  GenericCodec generic() {
    return generic;
  }

  Class<?> resolve(String name) {
    Class<?> known = classes.get(name);
    return known != null ? known : load(name);
  }

  private Class<?> load(String name) {
    try {
      Class<?> loaded = Class.forName(name, false, userClasses);
      classes.put(name, loaded);
      return loaded;
    } catch (ClassNotFoundException | LinkageError e) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_CLASS,
          "a record is of class "
              + name
              + ", which cannot be loaded here; ship its jar with the program (--jars)",
          e);
    }
  }
}
