package org.millrace.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.Tuple4;
import org.millrace.api.codec.Codec;
import org.millrace.api.codec.CodecInput;
import org.millrace.api.codec.CodecOutput;
import org.millrace.api.codec.CodecRegistration;
import org.millrace.api.codec.FormerName;
import org.millrace.api.sketch.DistinctSketch;

/**
 * Pins the bytes of version 1. When a test here fails, the format changed: state that is stored
 * could no longer be read. A golden file is the table of types in its first line, and a value in
 * each other line: its bytes and what it is.
 */
class GoldenValuesTest {
  private static final String KINDS = "state-values-v1.txt";
  private static final String EVOLUTION = "state-values-evolution-v1.txt";

  enum Level {
    LOW,
    HIGH
  }

  record Part(
      boolean a, byte b, short c, char d, int e, long f, float g, double h, String i, Object j) {}

  static class Base {
    int number = 5;

    @Override
    public boolean equals(Object other) {
      return other instanceof Base that && getClass() == that.getClass() && number == that.number;
    }

    @Override
    public int hashCode() {
      return number;
    }
  }

  static final class Extended extends Base {
    List<String> texts = new ArrayList<>(List.of("x"));

    @Override
    public boolean equals(Object other) {
      return super.equals(other) && texts.equals(((Extended) other).texts);
    }

    @Override
    public int hashCode() {
      return texts.hashCode();
    }
  }

  static final class Temperature {
    final double kelvin;

    Temperature(double kelvin) {
      this.kelvin = kelvin;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Temperature that && kelvin == that.kelvin;
    }

    @Override
    public int hashCode() {
      return Double.hashCode(kelvin);
    }
  }

  record TemperatureCodec(String name, int version) implements Codec<Temperature> {
    @Override
    public void write(Temperature value, CodecOutput out) {
      out.writeDouble(value.kelvin);
    }

    @Override
    public Temperature read(int writtenVersion, CodecInput in) {
      return new Temperature(in.readDouble());
    }
  }

  private static final StateCodecs CODECS =
      Stored.codecs(
          new CodecRegistration(Temperature.class, new TemperatureCodec("temperature", 3)));

  // ---- a record and a bean as version 1 of a program had them, and as they are today

  record AccountThen(String owner, int balance, List<String> notes, Level level, long opened) {}

  record Account(
      String owner,
      Optional<String> email,
      long balance,
      Level level,
      @FormerName("opened") long since,
      double rate) {}

  static class ProfileThen {
    String name = "ann";
    int visits = 7;
    TreeSet<String> tags = new TreeSet<>(List.of("a", "b"));
    AccountThen account = new AccountThen("ann", 12, List.of("note"), Level.HIGH, 99);
  }

  static class Profile {
    long visits = -1;
    String name = "";
    int score = 50;
    Account account;
  }

  @SuppressWarnings("JavaUtilDate") // programs keep it
  private static Map<String, Object> kinds() {
    Map<String, Object> kinds = new LinkedHashMap<>();
    kinds.put("null", null);
    kinds.put("true", true);
    kinds.put("Integer", -123456);
    kinds.put("Long", 1L << 40);
    kinds.put("Float", 1.5f);
    kinds.put("Double", -0.1);
    kinds.put("String", "größer");
    kinds.put("byte[]", new byte[] {1, -1});
    kinds.put("Byte", (byte) -128);
    kinds.put("Short", (short) 32767);
    kinds.put("Character", 'ß');
    kinds.put("String with half a pair", "a\ud83d");
    kinds.put("BigInteger", BigInteger.TWO.pow(70));
    kinds.put("BigDecimal", new BigDecimal("-12.3400"));
    kinds.put("UUID", new UUID(1, -2));
    kinds.put("Instant", Instant.ofEpochSecond(-1, 5));
    kinds.put("Duration", Duration.ofSeconds(90, 1));
    kinds.put("LocalDate", LocalDate.of(2024, 2, 29));
    kinds.put("LocalTime", LocalTime.of(23, 59, 59, 1));
    kinds.put("LocalDateTime", LocalDateTime.of(1969, 12, 31, 1, 2));
    kinds.put("OffsetDateTime", OffsetDateTime.of(2024, 1, 2, 3, 4, 5, 6, ZoneOffset.ofHours(2)));
    kinds.put(
        "ZonedDateTime", LocalDateTime.of(2024, 7, 1, 12, 0).atZone(ZoneId.of("Europe/Berlin")));
    kinds.put("Date", new Date(1_700_000_000_123L));
    kinds.put("ZoneOffset", ZoneOffset.ofHours(-3));
    kinds.put("BitSet", BitSet.valueOf(new long[] {5, 1}));
    kinds.put("boolean[]", new boolean[] {true, false});
    kinds.put("short[]", new short[] {-1, 300});
    kinds.put("char[]", new char[] {'a', '\uffff'});
    kinds.put("int[]", new int[] {1, -1000000});
    kinds.put("long[]", new long[] {});
    kinds.put("float[]", new float[] {0.5f});
    kinds.put("double[]", new double[] {Math.PI});
    kinds.put("Tuple2", new Tuple2<>("k", 1L));
    kinds.put("Tuple3", new Tuple3<>("k", null, 1));
    kinds.put("Tuple4", new Tuple4<>(1, 2, 3, 4));
    kinds.put("Optional of the API", org.millrace.api.Optional.of("x"));
    kinds.put("empty Optional of the API", org.millrace.api.Optional.empty());
    kinds.put("Optional", Optional.of(2.0));
    kinds.put("ArrayList", new ArrayList<>(Arrays.asList("a", null)));
    kinds.put("LinkedList", new LinkedList<>(List.of(1, 2)));
    kinds.put("ArrayDeque", new ArrayDeque<>(List.of(3)));
    kinds.put("List", List.of("a", "b"));
    kinds.put("HashSet", new HashSet<>(List.of("only")));
    kinds.put("LinkedHashSet", new LinkedHashSet<>(List.of("b", "a")));
    kinds.put("Set", Collections.unmodifiableSet(new LinkedHashSet<>(List.of(2, 1))));
    kinds.put("TreeSet", new TreeSet<>(List.of(2, 1)));
    TreeSet<Integer> reversed = new TreeSet<>(Collections.reverseOrder());
    reversed.addAll(List.of(1, 2));
    kinds.put("TreeSet in reverse order", reversed);
    kinds.put("PriorityQueue", new PriorityQueue<>(List.of(2, 1)));
    kinds.put("HashMap", new HashMap<>(Map.of("k", 1)));
    kinds.put("LinkedHashMap", new LinkedHashMap<>(Map.of("k", List.of())));
    kinds.put("ConcurrentHashMap", new ConcurrentHashMap<>(Map.of("k", 2)));
    kinds.put("Map", Map.of("k", "v"));
    TreeMap<String, Integer> ignoring = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    ignoring.put("K", 1);
    kinds.put("TreeMap without regard to case", ignoring);
    kinds.put("EnumMap", new EnumMap<>(Map.of(Level.HIGH, 1)));
    kinds.put("empty EnumMap", new EnumMap<>(Level.class));
    kinds.put("EnumSet", EnumSet.of(Level.HIGH));
    kinds.put("empty EnumSet", EnumSet.noneOf(Level.class));
    kinds.put("DistinctSketch", DistinctSketch.of(0.3).add("x").add(5L));
    kinds.put("enum", Level.HIGH);
    kinds.put("array of arrays", new String[][] {{"a"}, null});
    kinds.put(
        "record",
        new Part(true, (byte) 1, (short) 2, 'c', 4, 5, 6, 7, "eight", List.of(Level.LOW)));
    kinds.put("bean", new Extended());
    kinds.put("codec of the program", new Temperature(273.15));
    return kinds;
  }

  private static Map<String, Object> evolution() {
    Map<String, Object> then = new LinkedHashMap<>();
    then.put("record", new AccountThen("bob", -5, List.of(), Level.LOW, 1234567890123L));
    then.put("bean", new ProfileThen());
    return then;
  }

  private static String written(Map<String, Object> values) {
    ValueWriter writer = CODECS.newWriter();
    StringBuilder lines = new StringBuilder();
    values.forEach(
        (label, value) -> {
          ValueSink sink = new ValueSink();
          writer.write(value, sink);
          lines.append(HexFormat.of().formatHex(sink.toByteArray())).append(' ').append(label);
          lines.append('\n');
        });
    String types = new String(writer.types(), StandardCharsets.UTF_8);
    // What is Account today was written when the class had other components.
    return types.replace("AccountThen", "Account").replace("ProfileThen", "Profile") + "\n" + lines;
  }

  private static String golden(String name) throws IOException {
    try (InputStream stream = GoldenValuesTest.class.getResourceAsStream(name)) {
      assertThat(stream).as(name).isNotNull();
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Map<String, Object> read(String name) throws IOException {
    List<String> lines = golden(name).lines().toList();
    ValueReader reader = CODECS.newReader(lines.get(0).getBytes(StandardCharsets.UTF_8));
    Map<String, Object> values = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int blank = line.indexOf(' ');
      byte[] bytes = HexFormat.of().parseHex(line.substring(0, blank));
      ValueSource source = new ValueSource(ByteBuffer.wrap(bytes));
      values.put(line.substring(blank + 1), reader.read(source));
      assertThat(source.remaining()).as(line).isZero();
    }
    return values;
  }

  @Test
  void readsTheGoldenFileOfAllKinds() throws IOException {
    Map<String, Object> expected = kinds();
    Map<String, Object> read = read(KINDS);

    assertThat(read.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (label, value) -> assertThat(isSame(read.get(label), value)).as(label).isTrue());
  }

  private static boolean isSame(Object read, Object expected) {
    if (expected instanceof DistinctSketch sketch) {
      return Arrays.equals(((DistinctSketch) read).registers(), sketch.registers());
    }
    if (expected instanceof PriorityQueue<?> || expected instanceof ArrayDeque<?>) {
      return read.getClass() == expected.getClass() && read.toString().equals(expected.toString());
    }
    return Objects.deepEquals(read, expected);
  }

  @Test
  void writesTheGoldenFiles() throws IOException {
    Map<String, String> files = Map.of(KINDS, written(kinds()), EVOLUTION, written(evolution()));
    for (Map.Entry<String, String> file : files.entrySet()) {
      if (Boolean.getBoolean("org.millrace.regenerate")) {
        Path directory = Path.of("src/test/resources/org/millrace/checkpoint/codec");
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(file.getKey()), file.getValue());
      } else {
        assertThat(file.getValue()).isEqualTo(golden(file.getKey()));
      }
    }
  }

  @Test
  void readsWhatAnOlderProgramWroteOfItsRecordsAndBeans() throws IOException {
    Map<String, Object> read = read(EVOLUTION);

    assertThat(read.get("record"))
        .isEqualTo(new Account("bob", Optional.empty(), -5, Level.LOW, 1234567890123L, 0));
    Profile profile = (Profile) read.get("bean");
    assertThat(profile.name).isEqualTo("ann");
    assertThat(profile.visits).isEqualTo(7);
    assertThat(profile.score).isEqualTo(50);
    assertThat(profile.account)
        .isEqualTo(new Account("ann", Optional.empty(), 12, Level.HIGH, 99, 0));
  }

  @Test
  void coversEveryLayout() throws IOException {
    String types = golden(KINDS).lines().findFirst().orElseThrow();

    for (Layout layout : Layouts.all()) {
      assertThat(types).contains("\"name\":\"" + layout.name() + "\"");
    }
  }
}
