package org.millrace.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Bytes that are not what was written end in a MillraceException. */
class DamagedValuesTest {
  private static final int SEED = 4711;

  private static void assertFails(ErrorCode code, ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(parts);
  }

  @Test
  void valuesThatEndTooEarlyAreDamaged() {
    StateCodecs codecs = Stored.codecs();
    for (Object value : RandomValues.oneOfEachKind()) {
      ValueWriter writer = codecs.newWriter();
      ValueSink sink = new ValueSink();
      writer.write(value, sink);
      byte[] bytes = sink.toByteArray();
      for (int length = 0; length < bytes.length; length++) {
        ByteBuffer part = ByteBuffer.wrap(bytes, 0, length);
        assertFails(
            ErrorCode.CORRUPT_STATE,
            () -> codecs.newReader(writer.types()).read(new ValueSource(part)),
            "stored state is damaged at byte ",
            "use an older snapshot, or restore the file from a copy");
        assertFails(
            ErrorCode.CORRUPT_STATE,
            () -> codecs.newReader(writer.types()).skip(new ValueSource(part)),
            "stored state is damaged at byte ");
      }
    }
  }

  @Test
  void flippedBytesEndInAValueOrAMillraceException() {
    Random random = new Random(SEED);
    StateCodecs codecs = Stored.codecs();
    ValueWriter writer = codecs.newWriter();
    ValueSink sink = new ValueSink();
    RandomValues values = new RandomValues(random);
    for (int i = 0; i < 50; i++) {
      writer.write(values.any(4), sink);
    }
    byte[] types = writer.types();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = sink.toByteArray();
      int start = random.nextInt(bytes.length);
      int end = Math.min(bytes.length, start + 1 + random.nextInt(200));
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bytes[start + random.nextInt(end - start)] = (byte) random.nextInt();
      }
      byte[] damaged = Arrays.copyOfRange(bytes, start, end);
      assertEndsWell(() -> codecs.newReader(types).read(new ValueSource(ByteBuffer.wrap(damaged))));
      assertEndsWell(() -> codecs.newReader(types).skip(new ValueSource(ByteBuffer.wrap(damaged))));
    }
  }

  private static void assertEndsWell(Runnable call) {
    try {
      call.run();
    } catch (MillraceException e) {
      assertThat(e.code()).isIn(ErrorCode.CORRUPT_STATE, ErrorCode.STATE_NOT_READABLE);
    }
  }

  private static Object read(int... bytes) {
    byte[] raw = new byte[bytes.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) bytes[i];
    }
    StateCodecs codecs = Stored.codecs();
    return codecs.newReader(codecs.newWriter().types()).read(new ValueSource(ByteBuffer.wrap(raw)));
  }

  @Test
  void nothingIsAllocatedForALengthThatCannotBe() {
    assertFails(
        ErrorCode.CORRUPT_STATE,
        () -> read(14, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1),
        "a length of 2147483647 with 1 bytes left");
    assertFails(ErrorCode.CORRUPT_STATE, () -> read(12, 1), "a length of -1");
    assertFails(ErrorCode.CORRUPT_STATE, () -> read(16), "type 8 of a table of 8");
    assertFails(ErrorCode.CORRUPT_STATE, () -> read(1), "type -1 of a table of 8");
    assertFails(ErrorCode.CORRUPT_STATE, () -> read(2, 2), "a boolean of 2");
    assertFails(
        ErrorCode.CORRUPT_STATE,
        () -> read(4, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f),
        "where one of 32 bits was written");
    assertFails(
        ErrorCode.CORRUPT_STATE,
        () -> read(6, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1),
        "a number of more than 10 bytes");
  }

  @Test
  void valuesNestedTooDeepAreDamaged() {
    StateCodecs codecs = Stored.codecs();
    ValueWriter writer = codecs.newWriter();
    writer.write(List.of(List.of()), new ValueSink());
    byte[] nested = new byte[1000];
    for (int i = 0; i < nested.length; i += 2) {
      nested[i] = 16; // a list
      nested[i + 1] = 2; // of one element
    }
    ValueReader reader = codecs.newReader(writer.types());

    assertFails(
        ErrorCode.CORRUPT_STATE,
        () -> reader.read(new ValueSource(ByteBuffer.wrap(nested))),
        "nested deeper than 200 levels");
    assertFails(
        ErrorCode.CORRUPT_STATE,
        () -> reader.skip(new ValueSource(ByteBuffer.wrap(nested))),
        "nested deeper than 200 levels");
  }

  private static void readTable(UnaryOperator<String> change) {
    StateCodecs codecs = Stored.codecs();
    ValueWriter writer = codecs.newWriter();
    ValueSink sink = new ValueSink();
    writer.write(List.of(1), sink);
    String table = change.apply(new String(writer.types(), StandardCharsets.UTF_8));
    codecs.newReader(table.getBytes(StandardCharsets.UTF_8)).read(new ValueSource(sink.view()));
  }

  @Test
  void aTableThatIsNoneIsDamaged() {
    assertThatCode(() -> readTable(table -> table)).doesNotThrowAnyException();
    for (String table : List.of("", "{", "null", "\"int\"", "{\"type\":\"record\"}", "[]")) {
      assertFails(
          ErrorCode.CORRUPT_STATE,
          () -> readTable(whole -> table),
          "the table of types of stored state is damaged: ");
    }
    assertFails(
        ErrorCode.CORRUPT_STATE,
        () -> readTable(table -> table.replace("\"int\",", "")),
        "branch 2 is not INT");
    assertFails(
        ErrorCode.CORRUPT_STATE,
        () -> readTable(table -> table.replace("values\":\"1\"", "values\":\"one\"")),
        "its version is one");
  }

  @Test
  void whatALaterVersionWroteIsRefused() {
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> readTable(table -> table.replace("values\":\"1\"", "values\":\"2\"")),
        "stored state has values of format 2, and this version of Millrace reads format 1");
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> readTable(table -> table.replace("\"name\":\"List\"", "\"name\":\"Rope\"")),
        "values of org.millrace.state.Rope, which this version of Millrace does not know");
  }
}
