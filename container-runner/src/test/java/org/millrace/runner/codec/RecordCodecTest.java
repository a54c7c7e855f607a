package org.millrace.runner.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class RecordCodecTest {
  private final RecordCodec codec = new RecordCodec(getClass().getClassLoader());

  private enum Color {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "a constant with a class of its own";
      }
    }
  }

  /** No constructor without parameters, not Serializable. */
  private static final class Plain {
    private final String name;
    private final List<Plain> friends = new ArrayList<>();

    private Plain(String name) {
      this.name = name;
    }
  }

  /** Its transient field comes back only by its own form. */
  private static final class OwnForm implements Serializable {
    private static final long serialVersionUID = 1L;
    private transient int value;

    private OwnForm(int value) {
      this.value = value;
    }

    private void writeObject(java.io.ObjectOutputStream output) throws java.io.IOException {
      output.writeInt(value);
    }

    private void readObject(java.io.ObjectInputStream input) throws java.io.IOException {
      value = input.readInt();
    }
  }

  private static final class Holder {
    private OwnForm inside = new OwnForm(77);
    private List<String> names = Collections.unmodifiableList(new ArrayList<>(List.of("a", "b")));
  }

  private static final class NamedList extends ArrayList<String> {
    private static final long serialVersionUID = 1L;
    private String name = "";
  }

  @SuppressWarnings("unchecked") // the caller knows what it wrote
  private <T> T roundTrip(T value) {
    return (T) codec.decode(codec.encode(Collections.singletonList(value)), 1).get(0);
  }

  @Test
  void readsBackWhatItWrote() {
    for (long seed = 0; seed < 3_000; seed++) {
      RandomRecords records = new RandomRecords(seed);
      List<Object> written = Arrays.asList(records.next(), records.next(), records.next());
      assertThat(codec.decode(codec.encode(written), 3)).as("seed %s", seed).isEqualTo(written);
    }
  }

  @Test
  void hasALayoutForEveryRecordThatIsCommon() {
    RecordWriter writer = codec.writer();
    for (long seed = 0; seed < 500; seed++) {
      Object record = new RandomRecords(seed).next();
      long before = writer.genericBytes();
      writer.write(record);
      if (!String.valueOf(record).contains("{")) { // a sorted map has a comparator of its own
        assertThat(writer.genericBytes()).as("%s", record).isEqualTo(before);
      }
    }
  }

  @Test
  void readsBackArrays() {
    Object[] arrays = {
      new byte[] {1, -1},
      new boolean[] {true, false},
      new short[] {-2, 2},
      new char[] {'a', '\uffff'},
      new int[] {Integer.MIN_VALUE, 5},
      new long[] {Long.MIN_VALUE, 6},
      new float[] {1.5f, Float.NaN},
      new double[] {2.5, Double.NEGATIVE_INFINITY},
      new String[] {"x", null},
      new Object[] {1, "y", null},
      new Integer[] {1, 2},
      new int[][] {{1}, {2, 3}}
    };
    for (Object array : arrays) {
      Object copy = roundTrip(array);
      assertThat(copy.getClass()).isEqualTo(array.getClass());
      assertThat(Arrays.deepEquals(new Object[] {copy}, new Object[] {array})).isTrue();
    }
  }

  @Test
  void keepsTheOrderOfHashedCollections() {
    Set<String> set = new HashSet<>();
    Map<String, Integer> map = new LinkedHashMap<>();
    for (int i = 0; i < 1_000; i++) {
      set.add("key " + i * 7919 % 1000);
      map.put("key " + i * 7919 % 1000, i);
    }
    assertThat(roundTrip(set)).containsExactlyElementsOf(set).isInstanceOf(HashSet.class);
    assertThat(roundTrip(map).entrySet()).containsExactlyElementsOf(map.entrySet());
    Map<String, Integer> immutable = Map.of("a", 1, "b", 2, "c", 3);
    assertThat(roundTrip(immutable).keySet()).containsExactlyElementsOf(immutable.keySet());
  }

  @Test
  void namesAnEnumClassOnceInAPage() {
    List<Object> many = new ArrayList<>(Collections.nCopies(1_000, Color.RED));
    many.add(Color.GREEN);
    ByteBuffer bytes = codec.encode(many);
    assertThat(bytes.remaining()).isLessThan(8_000);
    assertThat(codec.decode(bytes, 1_001)).isEqualTo(many);
  }

  @Test
  void readsBackAnObjectWithCyclesThroughTheGenericSerializerAndCountsItsBytes() {
    Plain ada = new Plain("ada");
    ada.friends.add(ada);
    RecordWriter writer = codec.writer();
    writer.write(new Tuple2<>(1, ada));
    assertThat(writer.genericBytes()).isPositive().isLessThan(writer.sizeBytes());
    Tuple2<?, ?> copy = (Tuple2<?, ?>) codec.reader(writer.takeBytes()).next();
    Plain plain = (Plain) copy._2();
    assertThat(plain.name).isEqualTo("ada");
    assertThat(plain.friends).containsExactly(plain);
  }

  @Test
  void usesTheFormThatAClassDefinesForItself() {
    assertThat(roundTrip(new OwnForm(42)).value).isEqualTo(42);
    Holder holder = roundTrip(new Holder());
    assertThat(holder.inside.value).isEqualTo(77);
    assertThat(holder.names).containsExactly("a", "b");
    NamedList list = new NamedList();
    list.add("element");
    list.name = "kept";
    assertThat(roundTrip(list).name).isEqualTo("kept");
    assertThat(roundTrip(list)).containsExactly("element");
  }

  @Test
  void losesNoFieldOfAClassOfThePlatform() {
    java.util.concurrent.atomic.AtomicLong counter = new java.util.concurrent.atomic.AtomicLong(9);
    assertThat(roundTrip(counter).get()).isEqualTo(9);
    IllegalStateException failure = new IllegalStateException("kept");
    assertThat(roundTrip(new Tuple2<>(1, failure))._2()).hasMessage("kept");
  }

  @Test
  void refusesARecordThatContainsItself() {
    List<Object> loop = new ArrayList<>();
    loop.add(loop);
    RecordWriter writer = codec.writer();
    writer.write("before");
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> writer.write(loop))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE));
    writer.write("after");
    assertThat(codec.decode(writer.takeBytes(), 2)).containsExactly("before", "after");
  }

  @Test
  void aFailedRecordLeavesNoClassNumberBehind() {
    RecordWriter writer = codec.writer();
    List<Object> bad = new ArrayList<>(List.of(Color.RED));
    bad.add(bad);
    assertThatExceptionOfType(MillraceException.class).isThrownBy(() -> writer.write(bad));
    writer.write(Color.GREEN);
    assertThat(codec.decode(writer.takeBytes(), 1)).containsExactly(Color.GREEN);
  }

  @Test
  void refusesARecordThatCannotBeSerializedByName() {
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> codec.writer().write(String.class.getModule()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .withMessageContaining("java.lang.Module");
  }

  @Test
  void damagedBytesEndInAnErrorWithACodeNeverInALargeAllocation() {
    SplittableRandom random = new SplittableRandom(11);
    for (long seed = 0; seed < 4_000; seed++) {
      RandomRecords records = new RandomRecords(seed);
      byte[] bytes = codec.encode(Arrays.asList(records.next(), records.next())).array();
      if (bytes.length == 0 || containsGeneric(bytes)) {
        continue;
      }
      for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
      readAll(ByteBuffer.wrap(bytes, 0, length), seed);
    }
  }

  private static boolean containsGeneric(byte[] bytes) {
    for (byte b : bytes) {
      if (b == RecordTag.GENERIC || b == RecordTag.SERIALIZABLE) {
        return true;
      }
    }
    return false;
  }

  private void readAll(ByteBuffer bytes, long seed) {
    RecordReader reader = codec.reader(bytes);
    try {
      while (reader.hasNext()) {
        reader.next();
      }
    } catch (MillraceException e) {
      assertThat(e.code())
          .as("seed %s", seed)
          .isIn(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.NO_SUCH_CLASS, ErrorCode.ILLEGAL_USE);
    }
  }

  @Test
  void boundsALengthByTheBytesThatAreLeft() {
    byte[] hugeList = {RecordTag.ARRAY_LIST, -1, -1, -1, -1, 7};
    byte[] hugeArray = {RecordTag.LONGS, -1, -1, -1, -1, 3, 1, 2};
    byte[] negative = {RecordTag.STRING_LATIN1, -1, -1, -1, -1, 15};
    for (byte[] bytes : List.of(hugeList, hugeArray, negative)) {
      assertThatExceptionOfType(MillraceException.class)
          .isThrownBy(() -> codec.decode(ByteBuffer.wrap(bytes), 1))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
    }
  }

  @Test
  void namesTheClassThatIsMissingHere() {
    ByteBuffer bytes = codec.encode(List.of(Color.RED));
    RecordCodec elsewhere = new RecordCodec(ClassLoader.getPlatformClassLoader());
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> elsewhere.decode(bytes, 1))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_CLASS))
        .withMessageContaining(Color.class.getName());
  }
}
