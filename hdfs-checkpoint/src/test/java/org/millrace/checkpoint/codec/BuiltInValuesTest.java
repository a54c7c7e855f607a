package org.millrace.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.Tuple4;
import org.millrace.api.codec.StateTypes;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.sketch.DistinctSketch;
import org.millrace.api.streaming.Time;

/** Each class that has a layout of its own. */
class BuiltInValuesTest {
  @SuppressWarnings("JavaUtilDate") // programs keep it
  static Stream<Object> scalars() {
    return Stream.of(
        true,
        false,
        (byte) -128,
        (short) 32767,
        'x',
        '\uffff',
        0,
        -1,
        Integer.MIN_VALUE,
        Integer.MAX_VALUE,
        0L,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        1.5f,
        Float.NaN,
        -0.0,
        Double.MIN_VALUE,
        Double.POSITIVE_INFINITY,
        "",
        "plain",
        "größer, 漢字, \ud83d\ude00",
        "half \ud83d of a pair",
        "\ude00",
        BigInteger.ZERO,
        BigInteger.TWO.pow(200).negate(),
        new BigDecimal("-12.3400"),
        new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE),
        new UUID(1, -1),
        Instant.MIN,
        Instant.MAX,
        Duration.ofSeconds(Long.MIN_VALUE, 999_999_999),
        LocalDate.MIN,
        LocalTime.MAX,
        LocalDateTime.MAX,
        ZoneOffset.ofHoursMinutes(-3, -30),
        OffsetDateTime.MAX,
        // in the hour that there is twice
        ZonedDateTime.ofLocal(
            LocalDateTime.of(2024, 10, 27, 2, 30),
            ZoneId.of("Europe/Berlin"),
            ZoneOffset.ofHours(1)),
        ZonedDateTime.ofLocal(
            LocalDateTime.of(2024, 10, 27, 2, 30),
            ZoneId.of("Europe/Berlin"),
            ZoneOffset.ofHours(2)),
        LocalDateTime.MIN.atZone(ZoneOffset.UTC),
        new Date(-1),
        BitSet.valueOf(new long[] {5, 0, -1}),
        new BitSet(),
        new Time(12),
        TimeUnit.DAYS);
  }

  @ParameterizedTest
  @MethodSource("scalars")
  void scalarsComeBackEqualWithTheirClassAndHashCode(Object value) {
    Object again = Stored.again(value);

    assertThat(again).isEqualTo(value).hasSameClassAs(value).hasSameHashCodeAs(value);
  }

  @Test
  void nullComesBack() {
    assertThat(Stored.again(null)).isNull();
  }

  static Stream<Arguments> arrays() {
    return Stream.<Object>of(
            new byte[] {1, -1},
            new byte[0],
            new boolean[] {true, false},
            new short[] {-32768, 7},
            new char[] {'a', '\uffff'},
            new int[] {Integer.MIN_VALUE, 0, 5},
            new int[0],
            new long[] {Long.MAX_VALUE},
            new float[] {Float.MIN_VALUE, -0f},
            new double[] {Math.PI},
            new double[0],
            new String[] {"a", null},
            new String[0],
            new Object[] {1, "b", List.of(2L)},
            new int[][] {{1}, null, {}},
            new Tuple2<?, ?>[][] {{new Tuple2<>(1, "x")}},
            new TimeUnit[] {TimeUnit.DAYS})
        .map(array -> Arguments.of(array)); // as one argument
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void arraysComeBackWithTheirClass(Object value) {
    Object again = Stored.again(value);

    assertThat(again).hasSameClassAs(value);
    assertThat(Objects.deepEquals(again, value)).isTrue();
  }

  static Stream<Object> collections() {
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("b", 1L);
    counts.put(null, 2L);
    counts.put("a", null);
    List<Object> list = new ArrayList<>(Arrays.asList("x", null, 3));
    return Stream.of(
        new Tuple2<>("k", null),
        new Tuple3<>(1, 2L, 3.0),
        new Tuple4<>("a", 'b', (byte) 1, List.of()),
        org.millrace.api.Optional.of(5),
        org.millrace.api.Optional.empty(),
        Optional.of("x"),
        Optional.empty(),
        list,
        new ArrayList<>(),
        new LinkedList<>(list),
        new HashSet<>(list),
        new LinkedHashSet<>(list),
        new TreeSet<>(List.of("b", "a")),
        new HashMap<>(counts),
        counts,
        new TreeMap<>(Map.of(3, "c", 1, "a")),
        new ConcurrentHashMap<>(Map.of(1, 2)),
        new EnumMap<>(Map.of(TimeUnit.DAYS, 1, TimeUnit.HOURS, 2)),
        new EnumMap<>(TimeUnit.class),
        EnumSet.allOf(TimeUnit.class),
        EnumSet.of(TimeUnit.DAYS),
        EnumSet.noneOf(TimeUnit.class));
  }

  @ParameterizedTest
  @MethodSource("collections")
  void collectionsComeBackEqualWithTheirClass(Object value) {
    Object again = Stored.again(value);

    assertThat(again).isEqualTo(value).hasSameClassAs(value).hasSameHashCodeAs(value);
  }

  static Stream<Object> collectionsOfHiddenClasses() {
    return Stream.of(
        List.of(),
        List.of(1),
        List.of(1, 2, 3),
        Set.of(),
        Set.of("a", "b", "c"),
        Map.of(),
        Map.of("a", 1, "b", 2),
        Arrays.asList("a", null),
        new ArrayList<>(List.of(1, 2, 3)).subList(1, 3),
        Collections.emptyList(),
        Collections.emptySet(),
        Collections.emptyMap(),
        Collections.singletonList(null),
        Collections.singleton(1),
        Collections.singletonMap("k", "v"),
        Collections.nCopies(3, "x"),
        Collections.unmodifiableList(Arrays.asList(1, null)),
        Collections.unmodifiableSet(new HashSet<>(Set.of(1))),
        Collections.unmodifiableMap(new HashMap<>(Map.of(1, 2))),
        Stream.of(1, 2).toList());
  }

  @ParameterizedTest
  @MethodSource("collectionsOfHiddenClasses")
  void collectionsOfHiddenClassesComeBackEqual(Object value) {
    Object again = Stored.again(value);

    assertThat(again).isEqualTo(value).hasSameHashCodeAs(value);
    if (!value.getClass().getName().matches(".*(Arrays|SubList).*")) {
      assertThatThrownBy(() -> clear(again)).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  private static void clear(Object collection) {
    if (collection instanceof Map<?, ?> map) {
      map.clear();
    } else {
      ((Collection<?>) collection).clear();
    }
  }

  @Test
  void queuesKeepTheirElementsInOrder() {
    ArrayDeque<Integer> deque = new ArrayDeque<>(List.of(3, 1, 2));
    PriorityQueue<Integer> least = new PriorityQueue<>(List.of(3, 1, 2));
    PriorityQueue<Integer> most = new PriorityQueue<>(Comparator.reverseOrder());
    most.addAll(List.of(3, 1, 2));

    assertThat(listed(Stored.again(deque))).containsExactly(3, 1, 2);
    assertThat(drained(Stored.again(least))).containsExactly(1, 2, 3);
    assertThat(drained(Stored.again(most))).containsExactly(3, 2, 1);
  }

  private static List<Object> listed(Object collection) {
    return new ArrayList<>((Collection<?>) collection);
  }

  private static List<Object> drained(Object queue) {
    List<Object> drained = new ArrayList<>();
    PriorityQueue<?> open = (PriorityQueue<?>) queue;
    while (!open.isEmpty()) {
      drained.add(open.poll());
    }
    return drained;
  }

  @Test
  void sortedCollectionsKeepKnownOrders() {
    TreeSet<Integer> reversed = new TreeSet<>(Collections.reverseOrder());
    reversed.addAll(List.of(1, 2));
    TreeMap<String, Integer> ignoring = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    ignoring.put("Ab", 1);
    TreeSet<Integer> natural = new TreeSet<>(Comparator.naturalOrder());
    natural.addAll(List.of(2, 1));

    assertThat(listed(Stored.again(reversed))).containsExactly(2, 1);
    assertThat(((TreeMap<?, ?>) Stored.again(ignoring))).isEqualTo(ignoring);
    assertThat(((TreeMap<?, ?>) Stored.again(ignoring)).comparator())
        .isEqualTo(String.CASE_INSENSITIVE_ORDER);
    assertThat(listed(Stored.again(natural))).containsExactly(1, 2);
  }

  enum Nothing {}

  @Test
  void emptyEnumCollectionsTakeTheConstantsOfTheirEnum() {
    @SuppressWarnings("unchecked")
    Map<TimeUnit, Integer> map =
        (Map<TimeUnit, Integer>) Stored.again(new EnumMap<TimeUnit, Integer>(TimeUnit.class));
    map.put(TimeUnit.DAYS, 1);

    assertThat(map).containsExactly(Map.entry(TimeUnit.DAYS, 1));
    for (Object none : List.of(EnumSet.noneOf(Nothing.class), new EnumMap<>(Nothing.class))) {
      assertThatThrownBy(() -> Stored.again(none))
          .isInstanceOf(MillraceException.class)
          .hasFieldOrPropertyWithValue("code", ErrorCode.STATE_TYPE_REFUSED)
          .hasMessageContaining("of an enum without constants");
    }
  }

  @Test
  void aComparatorOfTheProgramIsRefused() {
    TreeSet<String> set = new TreeSet<>(Comparator.comparing(String::length));

    assertThatThrownBy(() -> Stored.again(set))
        .isInstanceOf(MillraceException.class)
        .hasFieldOrPropertyWithValue("code", ErrorCode.STATE_TYPE_REFUSED)
        .hasMessageStartingWith("a java.util.TreeSet ordered by ")
        .hasMessageContaining("a comparator is code")
        .hasMessageEndingWith("StreamingContext.registerCodec");
  }

  @Test
  void aSketchGoesOnCounting() {
    DistinctSketch sketch = DistinctSketch.of(0.01);
    for (int i = 0; i < 1000; i++) {
      sketch.add(i);
    }

    DistinctSketch again = (DistinctSketch) Stored.again(sketch);

    assertThat(again.estimate()).isEqualTo(sketch.estimate());
    again.add(0);
    assertThat(again.estimate()).isEqualTo(sketch.estimate());
  }

  @Test
  void whatTheRulesCallBuiltInHasALayout() {
    for (Class<?> type : Layouts.byClass().keySet()) {
      assertThat(StateTypes.isBuiltIn(type)).as(type.getName()).isTrue();
    }
    assertThat(StateTypes.builtIn())
        .allMatch(type -> Layouts.of(type) != null || isOfAvro(type), "has a layout");
  }

  private static boolean isOfAvro(Class<?> type) {
    return Set.of(Boolean.class, Integer.class, Long.class, Float.class, Double.class, String.class)
        .contains(type);
  }
}
