package org.millrace.runner.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;

/** Records of every layout from a seed. */
final class RandomRecords {
  /** A record class of a program. */
  record Visit(String user, int pages, Object detail) {}

  private final SplittableRandom random;

  RandomRecords(long seed) {
    random = new SplittableRandom(seed);
  }

  Object next() {
    return value(3);
  }

  private Object value(int depth) {
    return depth > 0 && random.nextInt(3) == 0 ? nested(depth - 1) : flat();
  }

  private Object flat() {
    return switch (random.nextInt(20)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> (byte) random.nextInt();
      case 3 -> (short) random.nextInt();
      case 4 -> random.nextInt() >> random.nextInt(32);
      case 5 -> random.nextLong() >> random.nextInt(64);
      case 6 -> Float.intBitsToFloat(random.nextInt() & 0x7f7fffff);
      case 7 -> random.nextDouble(-1e9, 1e9);
      case 8 -> (char) random.nextInt();
      case 9 -> DayOfWeek.of(1 + random.nextInt(7));
      case 10 -> new BigInteger(random.nextInt(200), new java.util.Random(random.nextLong()));
      case 11 -> new BigDecimal(BigInteger.valueOf(random.nextLong()), random.nextInt(-9, 9));
      case 12 -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
      case 13 -> LocalDate.ofEpochDay(random.nextInt(100_000));
      case 14 -> LocalTime.ofSecondOfDay(random.nextInt(86_400));
      case 15 ->
          LocalDateTime.of(LocalDate.ofEpochDay(random.nextInt(9999)), LocalTime.of(1, 2, 3, 4));
      case 16 -> Duration.ofNanos(random.nextLong());
      case 17 -> new UUID(random.nextLong(), random.nextLong());
      default -> text();
    };
  }

  private String text() {
    int limit =
        switch (random.nextInt(4)) {
          case 0 -> 0x80;
          case 1 -> 0x100;
          case 2 -> 0xd800;
          default -> 0x10000; // with lone surrogates
        };
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(40); i > 0; i--) {
      text.append((char) random.nextInt(limit));
    }
    return text.toString();
  }

  private Object nested(int depth) {
    return switch (random.nextInt(12)) {
      case 0 -> new Tuple2<>(value(depth), value(depth));
      case 1 -> Optional.ofNullable(value(depth));
      case 2 -> list(depth);
      case 3 -> new LinkedList<>(list(depth));
      case 4 -> list(depth).stream().toList();
      case 5 -> new LinkedHashSet<>(list(depth));
      case 6 -> map(depth);
      case 7 -> new HashMap<>(map(depth));
      case 8 -> new TreeSet<>(List.of(text(), "a", text()));
      case 9 -> {
        TreeMap<String, Object> sorted = new TreeMap<>(Comparator.reverseOrder());
        sorted.put(text(), value(depth));
        sorted.put("b", value(depth));
        yield sorted;
      }
      case 10 -> Map.of(text(), 1, "other", List.of());
      default -> new Visit(text(), random.nextInt(), value(depth));
    };
  }

  private List<Object> list(int depth) {
    List<Object> list = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      list.add(value(depth));
    }
    return list;
  }

  private Map<Object, Object> map(int depth) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      map.put(value(depth), value(depth));
    }
    return map;
  }
}
