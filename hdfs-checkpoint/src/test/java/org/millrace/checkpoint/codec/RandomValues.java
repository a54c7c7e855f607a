package org.millrace.checkpoint.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.Tuple4;

/** Values of every kind whose equality is that of their content, from a seed. */
final class RandomValues {
  /** A record with a part of each shape. */
  record Mixed(boolean a, byte b, short c, char d, int e, long f, float g, double h, Object any) {}

  /** A bean of two classes. */
  static class Bean {
    private String name = "none";
    private Object content;

    @Override
    public boolean equals(Object other) {
      return other instanceof Bean that
          && getClass() == that.getClass()
          && Objects.equals(name, that.name)
          && Objects.equals(content, that.content);
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, content);
    }
  }

  static final class MoreBean extends Bean {
    private long more;

    @Override
    public boolean equals(Object other) {
      return super.equals(other) && more == ((MoreBean) other).more;
    }

    @Override
    public int hashCode() {
      return super.hashCode() * 31 + Long.hashCode(more);
    }
  }

  private static final int KINDS = 40;

  private final Random random;

  RandomValues(Random random) {
    this.random = random;
  }

  /** A value of each kind, the same each time. */
  static List<Object> oneOfEachKind() {
    RandomValues values = new RandomValues(new Random(1));
    List<Object> all = new ArrayList<>();
    for (int kind = 1; kind < KINDS; kind++) {
      all.add(values.ofKind(kind, 2));
    }
    all.add(new int[] {1, -2, 3});
    all.add(new boolean[] {true});
    all.add(new short[] {1});
    all.add(new char[] {'x'});
    all.add(new long[] {Long.MIN_VALUE});
    all.add(new float[] {1});
    all.add(new double[] {1, 2});
    all.add(new String[] {"a", null});
    return all;
  }

  /**
   * A value that may be null.
   *
   * @param depth how deep it may be nested
   */
  Object any(int depth) {
    return ofKind(random.nextInt(depth > 0 ? KINDS : 22), depth);
  }

  private Object ofKind(int kind, int depth) {
    return switch (kind) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> (byte) random.nextInt();
      case 3 -> (short) random.nextInt();
      case 4 -> (char) random.nextInt();
      case 5 -> random.nextInt() >> random.nextInt(32);
      case 6 -> random.nextLong() >> random.nextInt(64);
      case 7 -> Float.intBitsToFloat(random.nextInt());
      case 8 -> Double.longBitsToDouble(random.nextLong());
      case 9, 10 -> text();
      case 11 -> new BigInteger(random.nextInt(200), random).negate();
      case 12 -> new BigDecimal(new BigInteger(80, random), random.nextInt(40) - 20);
      case 13 -> new UUID(random.nextLong(), random.nextLong());
      case 14 -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
      case 15 -> Duration.ofSeconds(random.nextLong() / 2, random.nextInt(1_000_000_000));
      case 16 -> LocalDate.ofEpochDay(random.nextInt(1_000_000));
      case 17 -> LocalTime.ofNanoOfDay(random.nextInt(Integer.MAX_VALUE));
      case 18 -> LocalDateTime.ofEpochSecond(random.nextInt(), 5, ZoneOffset.UTC);
      case 19 -> ZoneOffset.ofTotalSeconds(random.nextInt(64_000) - 32_000);
      case 20 -> BitSet.valueOf(new long[] {random.nextLong()});
      case 21 -> TimeUnit.values()[random.nextInt(TimeUnit.values().length)];
      default -> composed(kind, depth - 1);
    };
  }

  private String text() {
    char[] chars = new char[random.nextInt(12)];
    int range = random.nextBoolean() ? 0x7f : 0xffff;
    for (int i = 0; i < chars.length; i++) {
      chars[i] = (char) (1 + random.nextInt(range));
    }
    return new String(chars);
  }

  private Object composed(int kind, int depth) {
    return switch (kind) {
      case 22 -> new Tuple2<>(any(depth), any(depth));
      case 23 -> new Tuple3<>(any(depth), any(depth), any(depth));
      case 24 -> new Tuple4<>(any(depth), any(depth), any(depth), any(depth));
      case 25 -> org.millrace.api.Optional.ofNullable(any(depth));
      case 26 -> Optional.ofNullable(any(depth));
      case 27 -> list(depth);
      case 28 -> new LinkedList<>(list(depth));
      case 29 -> Arrays.asList(list(depth).toArray());
      case 30 -> new HashSet<>(list(depth));
      case 31 -> new LinkedHashSet<>(list(depth));
      case 32 -> new TreeSet<>(List.of(text(), text() + "1"));
      case 33 -> map(depth);
      case 34 -> new HashMap<>(map(depth));
      case 35 -> new TreeMap<>(Map.of(random.nextInt(), text()));
      case 36 -> new ConcurrentHashMap<>(Map.of(text(), List.of(random.nextInt())));
      case 37 ->
          new Mixed(
              random.nextBoolean(),
              (byte) random.nextInt(),
              (short) random.nextInt(),
              (char) random.nextInt(),
              random.nextInt(),
              random.nextLong(),
              random.nextFloat(),
              random.nextDouble(),
              any(depth));
      case 38 -> bean(new Bean(), depth);
      default -> {
        MoreBean bean = new MoreBean();
        bean.more = random.nextLong();
        yield bean(bean, depth);
      }
    };
  }

  private Bean bean(Bean bean, int depth) {
    bean.name = text();
    bean.content = any(depth);
    return bean;
  }

  private List<Object> list(int depth) {
    List<Object> list = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      list.add(any(depth));
    }
    return list;
  }

  private Map<Object, Object> map(int depth) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      map.put(any(depth), any(depth));
    }
    return map;
  }
}
