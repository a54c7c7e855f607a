package org.millrace.checkpoint.codec;

import static org.millrace.checkpoint.codec.SchemaScope.array;
import static org.millrace.checkpoint.codec.SchemaScope.field;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Type;
import org.millrace.api.sketch.DistinctSketch;

/** Layouts of values that hold no other values, but for those that Avro has types for. */
final class ScalarLayouts {
  /** Text that is no Unicode, because it has half of a surrogate pair. */
  static final Layout UTF_16 =
      new Layout(
          "Utf16",
          scope -> SchemaScope.record("Utf16", field("chars", Type.BYTES)),
          (text, to, sink) -> sink.writeBytes(ValueSink.utf16((String) text)),
          (from, source) -> source.readUtf16());

  private final Map<Class<?>, Layout> byClass = new LinkedHashMap<>();

  private ScalarLayouts() {
    numbers();
    times();
    bits();
  }

  static Map<Class<?>, Layout> byClass() {
    return new ScalarLayouts().byClass;
  }

  private <T> void add(
      Class<T> type,
      String name,
      BiConsumer<T, ValueSink> write,
      Function<ValueSource, T> read,
      Schema.Field... fields) {
    byClass.put(
        type,
        new Layout(
            name,
            scope -> SchemaScope.record(name, copies(fields)),
            (value, to, sink) -> write.accept(type.cast(value), sink),
            (from, source) -> read.apply(source)));
  }

  /** A field belongs to one record; each table has records of its own. */
  private static Schema.Field[] copies(Schema.Field... fields) {
    Schema.Field[] copies = new Schema.Field[fields.length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = new Schema.Field(fields[i], fields[i].schema());
    }
    return copies;
  }

  private void numbers() {
    add(
        Byte.class,
        "Byte",
        (value, sink) -> sink.writeLong(value),
        source -> (byte) narrow(source, Byte.MIN_VALUE, Byte.MAX_VALUE),
        field("value", Type.INT));
    add(
        Short.class,
        "Short",
        (value, sink) -> sink.writeLong(value),
        source -> (short) narrow(source, Short.MIN_VALUE, Short.MAX_VALUE),
        field("value", Type.INT));
    add(
        Character.class,
        "Character",
        (value, sink) -> sink.writeLong(value),
        source -> (char) narrow(source, Character.MIN_VALUE, Character.MAX_VALUE),
        field("value", Type.INT));
    add(
        BigInteger.class,
        "BigInteger",
        (value, sink) -> sink.writeBytes(value.toByteArray()),
        ScalarLayouts::unscaled,
        field("unscaled", Type.BYTES));
    add(
        BigDecimal.class,
        "BigDecimal",
        (value, sink) -> {
          sink.writeLong(value.scale());
          sink.writeBytes(value.unscaledValue().toByteArray());
        },
        source -> {
          int scale = source.readInt();
          return new BigDecimal(unscaled(source), scale);
        },
        field("scale", Type.INT),
        field("unscaled", Type.BYTES));
  }

  static int narrow(ValueSource source, int least, int most) {
    int value = source.readInt();
    if (value < least || value > most) {
      throw source.violation("the number " + value + ", expected " + least + " to " + most);
    }
    return value;
  }

  private static BigInteger unscaled(ValueSource source) {
    byte[] bytes = source.readBytes();
    if (bytes.length == 0) {
      throw source.violation("a number of no bytes");
    }
    return new BigInteger(bytes);
  }

  @SuppressWarnings("JavaUtilDate") // programs keep it
  private void times() {
    add(
        Instant.class,
        "Instant",
        (value, sink) -> {
          sink.writeLong(value.getEpochSecond());
          sink.writeLong(value.getNano());
        },
        source -> Instant.ofEpochSecond(source.readLong(), narrow(source, 0, 999_999_999)),
        field("epochSecond", Type.LONG),
        field("nano", Type.INT));
    add(
        Duration.class,
        "Duration",
        (value, sink) -> {
          sink.writeLong(value.getSeconds());
          sink.writeLong(value.getNano());
        },
        source -> Duration.ofSeconds(source.readLong(), narrow(source, 0, 999_999_999)),
        field("seconds", Type.LONG),
        field("nano", Type.INT));
    add(
        LocalDate.class,
        "LocalDate",
        (value, sink) -> sink.writeLong(value.toEpochDay()),
        source -> LocalDate.ofEpochDay(source.readLong()),
        field("epochDay", Type.LONG));
    add(
        LocalTime.class,
        "LocalTime",
        (value, sink) -> sink.writeLong(value.toNanoOfDay()),
        source -> LocalTime.ofNanoOfDay(source.readLong()),
        field("nanoOfDay", Type.LONG));
    add(
        LocalDateTime.class,
        "LocalDateTime",
        ScalarLayouts::writeLocal,
        ScalarLayouts::readLocal,
        field("epochDay", Type.LONG),
        field("nanoOfDay", Type.LONG));
    add(
        OffsetDateTime.class,
        "OffsetDateTime",
        (value, sink) -> {
          writeLocal(value.toLocalDateTime(), sink);
          sink.writeLong(value.getOffset().getTotalSeconds());
        },
        source -> OffsetDateTime.of(readLocal(source), ZoneOffset.ofTotalSeconds(source.readInt())),
        field("epochDay", Type.LONG),
        field("nanoOfDay", Type.LONG),
        field("seconds", Type.INT));
    add(
        ZonedDateTime.class,
        "ZonedDateTime",
        (value, sink) -> {
          writeLocal(value.toLocalDateTime(), sink);
          sink.writeLong(value.getOffset().getTotalSeconds());
          sink.writeText(value.getZone().getId());
        },
        source -> {
          LocalDateTime local = readLocal(source);
          ZoneOffset offset = ZoneOffset.ofTotalSeconds(source.readInt());
          return ZonedDateTime.ofLocal(local, ZoneId.of(source.readText()), offset);
        },
        field("epochDay", Type.LONG),
        field("nanoOfDay", Type.LONG),
        field("seconds", Type.INT),
        field("zone", Type.STRING));
    add(
        Date.class,
        "Date",
        (value, sink) -> sink.writeLong(value.getTime()),
        source -> new Date(source.readLong()),
        field("milliseconds", Type.LONG));
    add(
        ZoneOffset.class,
        "ZoneOffset",
        (value, sink) -> sink.writeLong(value.getTotalSeconds()),
        source -> ZoneOffset.ofTotalSeconds(source.readInt()),
        field("seconds", Type.INT));
  }

  private static void writeLocal(LocalDateTime value, ValueSink sink) {
    sink.writeLong(value.toLocalDate().toEpochDay());
    sink.writeLong(value.toLocalTime().toNanoOfDay());
  }

  private static LocalDateTime readLocal(ValueSource source) {
    LocalDate date = LocalDate.ofEpochDay(source.readLong());
    return LocalDateTime.of(date, LocalTime.ofNanoOfDay(source.readLong()));
  }

  private void bits() {
    byClass.put(
        UUID.class,
        new Layout(
            "Uuid",
            scope -> Schema.createFixed("Uuid", null, SchemaScope.NAMESPACE, 16),
            (value, to, sink) -> {
              sink.writeFixedLong(((UUID) value).getMostSignificantBits());
              sink.writeFixedLong(((UUID) value).getLeastSignificantBits());
            },
            (from, source) -> {
              long high = source.readFixedLong();
              return new UUID(high, source.readFixedLong());
            }));
    add(
        BitSet.class,
        "BitSet",
        (value, sink) -> ArrayLayouts.writeLongs(value.toLongArray(), sink),
        source -> BitSet.valueOf(ArrayLayouts.readLongs(source)),
        array("words", Type.LONG));
    add(
        DistinctSketch.class,
        "DistinctSketch",
        (value, sink) -> sink.writeBytes(value.registers()),
        source -> DistinctSketch.ofRegisters(source.readBytes()),
        field("registers", Type.BYTES));
  }
}
