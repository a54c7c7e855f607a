package org.millrace.runner.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Appends records to a page in the record encoding. Not thread-safe. */
public final class RecordWriter {
  static final int MAX_DEPTH = 200;
  private static final int INITIAL_BYTES = 1 << 10;

  private final RecordCodec codec;
  private final int maxRecordBytes;
  private final ByteSink sink = new ByteSink(INITIAL_BYTES);
  private final Map<Class<?>, Integer> classNumbers = new LinkedHashMap<>();
  private int recordCount;
  private long genericBytes;
  private int depth;

  RecordWriter(RecordCodec codec, int maxRecordBytes) {
    this.codec = codec;
    this.maxRecordBytes = maxRecordBytes;
  }

  /**
   * Appends a record. When it fails, the page is as it was before.
   *
   * @throws MillraceException RECORD_TOO_LARGE, or ILLEGAL_USE for a record that cannot be
   *     serialized
   */
  public void write(Object record) {
    int start = sink.size();
    int classesBefore = classNumbers.size();
    try {
      writeValue(record);
      requireBounded(sink.size() - start);
      recordCount++;
    } catch (RuntimeException | Error e) {
      sink.truncate(start);
      depth = 0;
      classNumbers.values().removeIf(number -> number >= classesBefore);
      throw e;
    }
  }

  /**
   * Appends a pair of a text and a number as {@link #write} would append their objects.
   *
   * @param key valid UTF-8 in {@code [from, to)}
   * @param ascii whether all of the key is
   */
  public void writePair(byte[] key, int from, int to, boolean ascii, NumberForm form, long bits) {
    int start = sink.size();
    sink.write(RecordTag.TUPLE2);
    // All ASCII is the same in Latin-1; the reader takes either form of other text.
    sink.write(ascii ? RecordTag.STRING_LATIN1 : RecordTag.STRING_UTF8);
    sink.writeVarint(to - from);
    sink.write(key, from, to - from);
    switch (form) {
      case LONG -> {
        sink.write(RecordTag.LONG);
        sink.writeZigzag(bits);
      }
      case INTEGER -> {
        sink.write(RecordTag.INTEGER);
        sink.writeZigzag((int) bits);
      }
      case DOUBLE -> {
        sink.write(RecordTag.DOUBLE);
        sink.writeLong(bits);
      }
      case NOTHING -> sink.write(RecordTag.NULL);
    }
    requireBounded(sink.size() - start);
    recordCount++;
  }

  /** Where a page was. Immutable. */
  public record Mark(int sizeBytes, int recordCount, int classes) {}

  /** Where the page is now. */
  public Mark mark() {
    return new Mark(sink.size(), recordCount, classNumbers.size());
  }

  /** Takes back the records that were appended since the mark, all of the same page. */
  public void rollBack(Mark mark) {
    sink.truncate(mark.sizeBytes());
    recordCount = mark.recordCount();
    classNumbers.values().removeIf(number -> number >= mark.classes());
  }

  private void requireBounded(int bytes) {
    if (bytes > maxRecordBytes) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "a record of "
              + bytes
              + " bytes, expected at most "
              + maxRecordBytes
              + "; split it into smaller records");
    }
  }

  /** Records since the last {@link #takeBytes}. */
  public int recordCount() {
    return recordCount;
  }

  /** Bytes since the last {@link #takeBytes}. */
  public int sizeBytes() {
    return sink.size();
  }

  /** Bytes ever written by a generic serializer, because the encoding has no layout for a class. */
  public long genericBytes() {
    return genericBytes;
  }

  /** The page so far; the next record starts a new one. */
  public ByteBuffer takeBytes() {
    return takeBytes(0);
  }

  /**
   * Like {@link #takeBytes()}, with so many unused bytes before the position: room for a header.
   */
  public ByteBuffer takeBytes(int roomBefore) {
    ByteBuffer page = sink.copy(roomBefore);
    sink.truncate(0);
    classNumbers.clear();
    recordCount = 0;
    return page;
  }

  private void writeValue(Object value) {
    if (value == null) {
      sink.write(RecordTag.NULL);
    } else if (value instanceof String string) {
      writeString(string);
    } else if (value instanceof Tuple2<?, ?> pair) {
      writePair(pair);
    } else if (value instanceof Integer number) {
      sink.write(RecordTag.INTEGER);
      sink.writeZigzag(number.intValue());
    } else if (value instanceof Long number) {
      sink.write(RecordTag.LONG);
      sink.writeZigzag(number.longValue());
    } else {
      writeByKind(value, RecordKind.of(value.getClass()));
    }
  }

  private void writePair(Tuple2<?, ?> pair) {
    sink.write(RecordTag.TUPLE2);
    enter();
    writeValue(pair._1());
    writeValue(pair._2());
    depth--;
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "a record is nested deeper than "
              + MAX_DEPTH
              + " levels, or contains itself; give it a flat form");
    }
  }

  void writeString(String value) {
    int start = sink.size();
    sink.write(RecordTag.STRING_LATIN1);
    sink.writeVarint(value.length());
    if (!sink.writeLatin1(value)) {
      sink.truncate(start);
      writeWideString(value);
    }
  }

  private void writeWideString(String value) {
    try {
      ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(value));
      sink.write(RecordTag.STRING_UTF8);
      sink.writeVarint(utf8.remaining());
      sink.write(utf8.array(), utf8.arrayOffset() + utf8.position(), utf8.remaining());
    } catch (CharacterCodingException e) {
      // Half of a surrogate pair has no UTF-8 form.
      sink.write(RecordTag.STRING_UTF16);
      sink.writeVarint(value.length());
      for (int i = 0; i < value.length(); i++) {
        sink.writeShort(value.charAt(i));
      }
    }
  }

  private void writeByKind(Object value, RecordKind kind) {
    switch (kind) {
      case BOOLEAN -> sink.write((Boolean) value ? RecordTag.TRUE : RecordTag.FALSE);
      case BYTE -> {
        sink.write(RecordTag.BYTE);
        sink.write((Byte) value);
      }
      case SHORT -> {
        sink.write(RecordTag.SHORT);
        sink.writeShort((Short) value);
      }
      case CHARACTER -> {
        sink.write(RecordTag.CHARACTER);
        sink.writeShort((Character) value);
      }
      case FLOAT -> {
        sink.write(RecordTag.FLOAT);
        sink.writeInt(Float.floatToRawIntBits((Float) value));
      }
      case DOUBLE -> {
        sink.write(RecordTag.DOUBLE);
        sink.writeLong(Double.doubleToRawLongBits((Double) value));
      }
      case ARRAY -> ArrayLayout.write(value, sink);
      case OBJECTS -> writeElements(RecordTag.OBJECTS, (Object[]) value);
      case STRINGS -> writeElements(RecordTag.STRINGS, (Object[]) value);
      case OPTIONAL -> writeOptional((Optional<?>) value);
      case ARRAY_LIST -> writeElements(RecordTag.ARRAY_LIST, (Collection<?>) value);
      case LINKED_LIST -> writeElements(RecordTag.LINKED_LIST, (Collection<?>) value);
      case IMMUTABLE_LIST -> writeElements(RecordTag.IMMUTABLE_LIST, (Collection<?>) value);
      case HASH_SET -> writeElements(RecordTag.HASH_SET, (Collection<?>) value);
      case IMMUTABLE_SET -> writeElements(RecordTag.IMMUTABLE_SET, (Collection<?>) value);
      case TREE_SET -> writeTreeSet((SortedSet<?>) value);
      case HASH_MAP -> writeEntries(RecordTag.HASH_MAP, (Map<?, ?>) value);
      case IMMUTABLE_MAP -> writeEntries(RecordTag.IMMUTABLE_MAP, (Map<?, ?>) value);
      case TREE_MAP -> writeTreeMap((SortedMap<?, ?>) value);
      case ENUM -> writeEnum((Enum<?>) value);
      case NUMBER_OR_TIME -> writeNumberOrTime(value);
      case JAVA_RECORD -> writeJavaRecord((Record) value);
      case GENERIC -> writeGeneric(value);
    }
  }

  private void writeElements(int tag, Object[] elements) {
    sink.write(tag);
    sink.writeVarint(elements.length);
    enter();
    for (Object element : elements) {
      writeValue(element);
    }
    depth--;
  }

  private void writeElements(int tag, Collection<?> elements) {
    sink.write(tag);
    writeRest(elements);
  }

  private void writeRest(Collection<?> elements) {
    int size = elements.size();
    sink.writeVarint(size);
    enter();
    int written = 0;
    for (Object element : elements) {
      writeValue(element);
      written++;
    }
    requireUnchanged(size, written);
    depth--;
  }

  private void writeEntries(int tag, Map<?, ?> map) {
    sink.write(tag);
    writeRest(map);
  }

  private void writeRest(Map<?, ?> map) {
    int size = map.size();
    sink.writeVarint(size);
    enter();
    int written = 0;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      writeValue(entry.getKey());
      writeValue(entry.getValue());
      written++;
    }
    requireUnchanged(size, written);
    depth--;
  }

  private static void requireUnchanged(int size, int written) {
    if (size != written) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a collection changed while it was serialized: it had "
              + size
              + " elements, then "
              + written
              + "; do not change records after they were given away");
    }
  }

  private void writeOptional(Optional<?> value) {
    if (value.isPresent()) {
      sink.write(RecordTag.OPTIONAL);
      enter();
      writeValue(value.get());
      depth--;
    } else {
      sink.write(RecordTag.OPTIONAL_EMPTY);
    }
  }

  private void writeTreeSet(SortedSet<?> set) {
    sink.write(RecordTag.TREE_SET);
    enter();
    writeValue(set.comparator());
    depth--;
    writeRest(set);
  }

  private void writeTreeMap(SortedMap<?, ?> map) {
    sink.write(RecordTag.TREE_MAP);
    enter();
    writeValue(map.comparator());
    depth--;
    writeRest(map);
  }

  /** A class is named once in a page, then called by its number. */
  private void writeClass(Class<?> type) {
    Integer number = classNumbers.get(type);
    if (number != null) {
      sink.writeVarint(number + 1);
      return;
    }
    classNumbers.put(type, classNumbers.size());
    sink.writeVarint(0);
    writeString(type.getName());
  }

  private void writeEnum(Enum<?> value) {
    sink.write(RecordTag.ENUM);
    writeClass(value.getDeclaringClass());
    writeString(value.name());
  }

  private void writeJavaRecord(Record value) {
    sink.write(RecordTag.JAVA_RECORD);
    writeClass(value.getClass());
    RecordShape shape = RecordShape.of(value.getClass());
    sink.writeVarint(shape.componentCount());
    enter();
    for (int i = 0; i < shape.componentCount(); i++) {
      writeValue(shape.component(value, i));
    }
    depth--;
  }

  private void writeNumberOrTime(Object value) {
    if (value instanceof BigInteger number) {
      sink.write(RecordTag.BIG_INTEGER);
      writeUnscaled(number);
    } else if (value instanceof BigDecimal number) {
      sink.write(RecordTag.BIG_DECIMAL);
      sink.writeZigzag(number.scale());
      writeUnscaled(number.unscaledValue());
    } else if (value instanceof Instant instant) {
      sink.write(RecordTag.INSTANT);
      sink.writeZigzag(instant.getEpochSecond());
      sink.writeVarint(instant.getNano());
    } else if (value instanceof Duration duration) {
      sink.write(RecordTag.DURATION);
      sink.writeZigzag(duration.getSeconds());
      sink.writeVarint(duration.getNano());
    } else if (value instanceof LocalDate date) {
      sink.write(RecordTag.LOCAL_DATE);
      sink.writeZigzag(date.toEpochDay());
    } else if (value instanceof LocalTime time) {
      sink.write(RecordTag.LOCAL_TIME);
      sink.writeVarlong(time.toNanoOfDay());
    } else if (value instanceof LocalDateTime dateTime) {
      sink.write(RecordTag.LOCAL_DATE_TIME);
      sink.writeZigzag(dateTime.toLocalDate().toEpochDay());
      sink.writeVarlong(dateTime.toLocalTime().toNanoOfDay());
    } else if (value instanceof UUID uuid) {
      sink.write(RecordTag.UUID);
      sink.writeLong(uuid.getMostSignificantBits());
      sink.writeLong(uuid.getLeastSignificantBits());
    } else {
      throw new MillraceException(
          ErrorCode.INTERNAL, "no layout for a record of class " + value.getClass().getName());
    }
  }

  private void writeUnscaled(BigInteger number) {
    byte[] bytes = number.toByteArray();
    sink.writeVarint(bytes.length);
    sink.write(bytes, 0, bytes.length);
  }

  private void writeGeneric(Object value) {
    int start = sink.size();
    GenericCodec.Encoded encoded = codec.generic().encode(value);
    sink.write(encoded.javaSerialized() ? RecordTag.SERIALIZABLE : RecordTag.GENERIC);
    if (!encoded.javaSerialized()) {
      writeClass(value.getClass());
    }
    sink.writeVarint(encoded.length());
    sink.write(encoded.bytes(), 0, encoded.length());
    genericBytes += sink.size() - start;
  }
}
