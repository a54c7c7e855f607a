package org.millrace.runner.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;

/**
 * Reads the records of one page. Whatever the bytes are, it ends in records or in a
 * MillraceException of code PROTOCOL_VIOLATION, NO_SUCH_CLASS or ILLEGAL_USE. Not thread-safe.
 */
public final class RecordReader {
  private final RecordCodec codec;
  private final ByteSource source;
  private final List<Class<?>> classes = new ArrayList<>(0);
  private int depth;
  private int keyFrom;
  private int keyTo;
  private long numberBits;

  RecordReader(RecordCodec codec, ByteBuffer bytes) {
    this.codec = codec;
    this.source = new ByteSource(bytes);
  }

  /** Whether another record follows. */
  public boolean hasNext() {
    return source.remaining() > 0;
  }

  /** The next record, which may be null. */
  public Object next() {
    if (source.remaining() <= 0) {
      throw new NoSuchElementException("the page is at its end");
    }
    return readValue();
  }

  /**
   * Reads the next record when it is a pair of a text and a number, without an object for it: the
   * text is {@link #keyBytes} from {@link #keyFrom} to {@link #keyTo}, in UTF-8, and the number has
   * the bits {@link #numberBits}, until the next call.
   *
   * @return the class of the number; null, with nothing read, for any other record
   */
  public NumberForm nextPairOrNull() {
    int start = source.position();
    NumberForm form = source.readByte() == RecordTag.TUPLE2 ? readTextPair() : null;
    if (form == null) {
      source.rewind(start);
    }
    return form;
  }

  private NumberForm readTextPair() {
    int tag = source.readByte();
    if (tag != RecordTag.STRING_LATIN1 && tag != RecordTag.STRING_UTF8) {
      return null;
    }
    int length = source.readCount(1);
    keyFrom = source.position();
    keyTo = keyFrom + length;
    source.skip(length);
    // Other Latin-1 is no UTF-8.
    if (tag == RecordTag.STRING_LATIN1 && !source.isAscii(keyFrom, keyTo)) {
      return null;
    }
    return switch (source.readByte()) {
      case RecordTag.LONG -> {
        numberBits = source.readZigzagLong();
        yield NumberForm.LONG;
      }
      case RecordTag.INTEGER -> {
        numberBits = source.readZigzag();
        yield NumberForm.INTEGER;
      }
      case RecordTag.DOUBLE -> {
        numberBits = source.readLong();
        yield NumberForm.DOUBLE;
      }
      case RecordTag.NULL -> NumberForm.NOTHING;
      default -> null;
    };
  }

  /** See {@link #nextPairOrNull}. */
  public byte[] keyBytes() {
    return source.array();
  }

  /** See {@link #nextPairOrNull}. */
  public int keyFrom() {
    return keyFrom;
  }

  /** See {@link #nextPairOrNull}. */
  public int keyTo() {
    return keyTo;
  }

  /** See {@link #nextPairOrNull}. */
  public long numberBits() {
    return numberBits;
  }

  private Object readValue() {
    int tag = source.readByte();
    return switch (tag) {
      case RecordTag.NULL -> null;
      case RecordTag.STRING_LATIN1 ->
          source.readString(source.readCount(1), StandardCharsets.ISO_8859_1);
      case RecordTag.TUPLE2 -> readPair();
      case RecordTag.INTEGER -> source.readZigzag();
      case RecordTag.LONG -> source.readZigzagLong();
      default -> readOther(tag);
    };
  }

  private Object readPair() {
    enter();
    Object first = readValue();
    Object second = readValue();
    depth--;
    return new Tuple2<>(first, second);
  }

  private void enter() {
    if (++depth > RecordWriter.MAX_DEPTH) {
      throw source.violation("nested deeper than " + RecordWriter.MAX_DEPTH + " levels");
    }
  }

  private Object readOther(int tag) {
    return switch (tag) {
      case RecordTag.FALSE -> Boolean.FALSE;
      case RecordTag.TRUE -> Boolean.TRUE;
      case RecordTag.BYTE -> (byte) source.readByte();
      case RecordTag.SHORT -> (short) source.readShort();
      case RecordTag.CHARACTER -> (char) source.readShort();
      case RecordTag.FLOAT -> Float.intBitsToFloat(source.readInt());
      case RecordTag.DOUBLE -> Double.longBitsToDouble(source.readLong());
      case RecordTag.STRING_UTF8 -> source.readString(source.readCount(1), StandardCharsets.UTF_8);
      case RecordTag.STRING_UTF16 -> readUtf16();
      case RecordTag.OPTIONAL_EMPTY -> Optional.empty();
      case RecordTag.OPTIONAL -> readOptional();
      case RecordTag.ENUM -> readEnum();
      case RecordTag.JAVA_RECORD -> readJavaRecord();
      case RecordTag.GENERIC -> readGeneric();
      case RecordTag.SERIALIZABLE -> readSerializable();
      default -> {
        Object array = ArrayLayout.read(tag, source);
        yield array != null ? array : readCollection(tag);
      }
    };
  }

  private Object readCollection(int tag) {
    return switch (tag) {
      case RecordTag.OBJECTS -> readElements(new Object[source.readCount(1)]);
      case RecordTag.STRINGS -> readElements(new String[source.readCount(1)]);
      case RecordTag.ARRAY_LIST -> readList();
      case RecordTag.IMMUTABLE_LIST -> Collections.unmodifiableList(readList());
      case RecordTag.LINKED_LIST -> readInto(new LinkedList<>(), source.readCount(1));
      case RecordTag.HASH_SET -> readInto(new LinkedHashSet<>(), source.readCount(1));
      case RecordTag.IMMUTABLE_SET ->
          Collections.unmodifiableSet(readInto(new LinkedHashSet<>(), source.readCount(1)));
      case RecordTag.TREE_SET -> readTreeSet();
      case RecordTag.HASH_MAP -> readEntries(new LinkedHashMap<>());
      case RecordTag.IMMUTABLE_MAP ->
          Collections.unmodifiableMap(readEntries(new LinkedHashMap<>()));
      case RecordTag.TREE_MAP -> readTreeMap();
      default -> readNumberOrTime(tag);
    };
  }

  private Object readNumberOrTime(int tag) {
    try {
      return switch (tag) {
        case RecordTag.BIG_INTEGER -> readUnscaled();
        case RecordTag.BIG_DECIMAL -> {
          int scale = source.readZigzag();
          yield new BigDecimal(readUnscaled(), scale);
        }
        case RecordTag.INSTANT ->
            Instant.ofEpochSecond(source.readZigzagLong(), source.readVarint());
        case RecordTag.DURATION -> Duration.ofSeconds(source.readZigzagLong(), source.readVarint());
        case RecordTag.LOCAL_DATE -> LocalDate.ofEpochDay(source.readZigzagLong());
        case RecordTag.LOCAL_TIME -> LocalTime.ofNanoOfDay(source.readVarlong());
        case RecordTag.LOCAL_DATE_TIME -> {
          LocalDate date = LocalDate.ofEpochDay(source.readZigzagLong());
          yield LocalDateTime.of(date, LocalTime.ofNanoOfDay(source.readVarlong()));
        }
        case RecordTag.UUID -> {
          long high = source.readLong();
          yield new UUID(high, source.readLong());
        }
        default -> throw source.violation("no record begins with tag " + tag);
      };
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw source.violation(e.getMessage());
    }
  }

  private String readUtf16() {
    char[] chars = new char[source.readCount(Character.BYTES)];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = (char) source.readShort();
    }
    return new String(chars);
  }

  private Object readOptional() {
    enter();
    Object value = readValue();
    depth--;
    if (value == null) {
      throw source.violation("an Optional of null");
    }
    return Optional.of(value);
  }

  private Object[] readElements(Object[] elements) {
    enter();
    for (int i = 0; i < elements.length; i++) {
      Object element = readValue();
      if (element != null && !elements.getClass().getComponentType().isInstance(element)) {
        throw source.violation("a " + element.getClass().getName() + " in an array of strings");
      }
      elements[i] = element;
    }
    depth--;
    return elements;
  }

  private List<Object> readList() {
    int count = source.readCount(1);
    return readInto(new ArrayList<>(count), count);
  }

  private <C extends Collection<Object>> C readInto(C collection, int count) {
    enter();
    for (int i = 0; i < count; i++) {
      collection.add(readValue());
    }
    depth--;
    return collection;
  }

  private Map<Object, Object> readEntries(Map<Object, Object> map) {
    int count = source.readCount(2);
    enter();
    for (int i = 0; i < count; i++) {
      Object key = readValue();
      map.put(key, readValue());
    }
    depth--;
    return map;
  }

  @SuppressWarnings("unchecked") // the comparator came with the elements it compares
  private Comparator<Object> readComparator() {
    enter();
    Object comparator = readValue();
    depth--;
    if (comparator != null && !(comparator instanceof Comparator)) {
      throw source.violation("a " + comparator.getClass().getName() + " instead of a Comparator");
    }
    return (Comparator<Object>) comparator;
  }

  private Object readTreeSet() {
    TreeSet<Object> set = new TreeSet<>(readComparator());
    try {
      return readInto(set, source.readCount(1));
    } catch (ClassCastException | NullPointerException e) {
      throw source.violation("elements of a sorted set that cannot be compared: " + e.getMessage());
    }
  }

  private Object readTreeMap() {
    TreeMap<Object, Object> map = new TreeMap<>(readComparator());
    try {
      return readEntries(map);
    } catch (ClassCastException | NullPointerException e) {
      throw source.violation("keys of a sorted map that cannot be compared: " + e.getMessage());
    }
  }

  private Class<?> readClass() {
    int number = source.readVarint();
    if (number == 0) {
      if (!(readValue() instanceof String name)) {
        throw source.violation("a class without a name");
      }
      Class<?> type = codec.resolve(name);
      classes.add(type);
      return type;
    }
    if (number < 0 || number > classes.size()) {
      throw source.violation("class number " + number + " of " + classes.size());
    }
    return classes.get(number - 1);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // checked by isEnum
  private Object readEnum() {
    Class<?> type = readClass();
    if (!type.isEnum() || !(readValue() instanceof String name)) {
      throw source.violation("an enum constant of " + type.getName());
    }
    try {
      return Enum.valueOf((Class) type, name);
    } catch (IllegalArgumentException e) {
      throw source.violation("no constant " + name + " in the enum " + type.getName());
    }
  }

  private Object readJavaRecord() {
    Class<?> type = readClass();
    if (!type.isRecord() || !RecordShape.isReachable(type)) {
      throw source.violation(type.getName() + " is no record class");
    }
    RecordShape shape = RecordShape.of(type);
    int count = source.readCount(1);
    if (count != shape.componentCount()) {
      throw source.violation(
          count + " components for " + type.getName() + ", which has " + shape.componentCount());
    }
    Object[] components = new Object[count];
    readElements(components);
    try {
      return shape.create(components);
    } catch (ClassCastException | NullPointerException e) {
      throw source.violation("components do not fit " + type.getName() + ": " + e.getMessage());
    }
  }

  private Object readGeneric() {
    Class<?> type = readClass();
    int length = source.readCount(1);
    int offset = source.position();
    source.skip(length);
    return codec.generic().decode(type, source.array(), offset, length);
  }

  private Object readSerializable() {
    int length = source.readCount(1);
    int offset = source.position();
    source.skip(length);
    return codec.generic().javaDecode(source.array(), offset, length);
  }

  private BigInteger readUnscaled() {
    return new BigInteger(source.readBytes(source.readCount(1)));
  }
}
