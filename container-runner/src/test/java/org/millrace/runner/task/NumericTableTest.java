package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function2;
import org.millrace.api.transparent.Aggregations;
import org.millrace.runner.codec.NumberForm;

class NumericTableTest {
  private static final List<String> LETTERS = List.of("a", "b", "\0", "é", "€", "\uFFFD", "😀");

  private static final Function2<Long, Long, Long> SUM = Long::sum;

  private Random random;

  @SuppressWarnings("unchecked") // numbers of one class go in
  private static Function2<Object, Object, Object> merge(Function2<?, ?, ?> merge) {
    return (Function2<Object, Object, Object>) merge;
  }

  private static List<Function2<Long, Long, Long>> merges() {
    return List.of(
        Aggregations.sumLong(),
        Aggregations.minLong(),
        Aggregations.maxLong(),
        Long::sum,
        Long::max,
        Math::min);
  }

  /** Pairs that are handed to a table of numbers and to one of objects. */
  private final class Twins {
    private final NumericTable table = new NumericTable();
    private final CombineTable expected = new CombineTable();

    Twins(Function2<?, ?, ?> merge) {
      assertThat(NumericTable.takes(null, merge)).isTrue();
      table.use(null, merge(merge));
      expected.use(null, merge(merge));
    }

    void text(byte[] bytes, long number) throws Exception {
      byte[] around = new byte[bytes.length + random.nextInt(20)];
      random.nextBytes(around);
      int from = random.nextInt(around.length - bytes.length + 1);
      System.arraycopy(bytes, 0, around, from, bytes.length);
      table.accept(around, from, from + bytes.length, NumberForm.LONG, number);
      random.nextBytes(around);
      expected.accept(new Tuple2<>(new String(bytes, StandardCharsets.UTF_8), number));
    }

    void object(Object key, Object value) throws Exception {
      table.accept(new Tuple2<>(key, value));
      expected.accept(new Tuple2<>(key, value));
    }

    void check() throws Exception {
      assertThat(table.size()).isEqualTo(expected.size());
      List<Object> pairs = new ArrayList<>();
      List<Object> expectedPairs = new ArrayList<>();
      table.push(0, table.size(), pairs::add);
      expected.push(0, expected.size(), expectedPairs::add);
      assertThat(pairs).isEqualTo(expectedPairs);
      for (int i = 0; i < table.size(); i++) {
        assertThat(table.hash(i)).isEqualTo(expected.hash(i));
      }
    }

    void clear() {
      table.clear();
      expected.clear();
    }
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    int most = random.nextInt(10) == 0 ? 40 : 7;
    int letters = random.nextInt(6) == 0 ? LETTERS.size() : 2;
    for (int i = random.nextInt(most); i > 0; i--) {
      text.append(LETTERS.get(random.nextInt(letters)));
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void givesWhatATableOfObjectsGives(long seed) throws Exception {
    random = new Random(seed);
    for (Function2<Long, Long, Long> merge : merges()) {
      Twins twins = new Twins(merge);
      for (int round = 0; round < 30; round++) {
        int objectsFrom = random.nextInt(3_000);
        boolean asStrings = random.nextBoolean();
        for (int i = random.nextInt(2_000); i > 0; i--) {
          if (i == objectsFrom) {
            twins.object(oddKey(), 4L);
          } else if (asStrings) {
            twins.object(text(), (long) random.nextInt());
          } else {
            byte[] utf8 = text().getBytes(StandardCharsets.UTF_8);
            twins.text(random.nextInt(50) == 0 ? broken(utf8) : utf8, random.nextInt());
          }
          if (random.nextInt(200) == 0) {
            twins.check();
          }
        }
        twins.check();
        twins.clear();
      }
    }
  }

  private Object oddKey() {
    return switch (random.nextInt(4)) {
      case 0 -> null;
      case 1 -> 17;
      case 2 -> "half \ud83d";
      default -> "é";
    };
  }

  private byte[] broken(byte[] utf8) {
    byte[] broken = utf8.clone();
    if (broken.length > 0) {
      broken[random.nextInt(broken.length)] = (byte) (0x80 + random.nextInt(0x80));
    }
    return broken;
  }

  @Test
  void growsWhileAGroupWaits() throws Exception {
    random = new Random(5);
    Twins twins = new Twins(Aggregations.sumLong());
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 40_000; i++) {
        String key = Integer.toString(random.nextInt(20_000));
        twins.text(key.getBytes(StandardCharsets.UTF_8), i);
      }
      twins.check();
      twins.clear();
    }
  }

  @Test
  void keepsAValueThatIsNoSuchNumberAsItIs() throws Exception {
    random = new Random(6);
    Twins twins = new Twins(SUM);
    twins.object("a", 1L);
    twins.object("b", 2L);
    twins.object("a", 3L);
    twins.object("none", null);
    twins.object("b", 4L);
    twins.object("text", "no number");
    twins.text("a".getBytes(StandardCharsets.UTF_8), 5);
    twins.check();
    assertThatThrownBy(() -> twins.table.accept(new Tuple2<>("none", 1L)))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> twins.table.accept(new Tuple2<>("text", 1L)))
        .isInstanceOf(ClassCastException.class);
    twins.clear();
    twins.object("a", 7L);
    twins.check();
  }

  @Test
  void writesTheSameOnceAValueIsNoNumber() throws Exception {
    NumericTable table = new NumericTable();
    table.use(null, merge(SUM));
    table.accept(new Tuple2<>("a", null));
    assertThat(table.key(0)).isEqualTo("a");
    assertThat(table.combiner(0)).isNull();
    assertThat(table.hash(0)).isEqualTo("a".hashCode());
  }

  private static long add(long a, long b) {
    return a + b;
  }

  private interface Longs extends Function2<Long, Long, Long> {}

  @Test
  void knowsReferencesToMethodsThatAreAggregations() throws Exception {
    Longs sum = Long::sum;
    Function2<Integer, Integer, Integer> ints = Integer::sum;
    Function2<Double, Double, Double> doubles = Double::sum;
    Function2<Double, Double, Double> most = Math::max;
    for (Function2<?, ?, ?> known : List.of(sum, ints, doubles, most)) {
      assertThat(NumericTable.takes(null, known)).isTrue();
      assertThat(NumericTable.takes(known, known)).isFalse();
    }
    Function2<Long, Long, Long> lambda = (a, b) -> a + b;
    Function2<Long, Long, Long> own = NumericTableTest::add;
    Function2<Integer, Integer, Integer> intMost = Math::max;
    long captured = random == null ? 1 : 2;
    Function2<Long, Long, Long> capturing = (a, b) -> a + b + captured;
    Function2<Long, Long, Long> named =
        new Function2<>() {
          @Override
          public Long call(Long a, Long b) {
            return a + b;
          }
        };
    for (Function2<?, ?, ?> other : List.of(lambda, own, intMost, capturing, named)) {
      assertThat(NumericTable.takes(null, other)).isFalse();
    }
  }
}
