package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.transparent.NumericAggregation;
import org.millrace.runner.codec.NumberForm;
import org.millrace.runner.conf.Technique;
import org.millrace.runner.shuffle.MapOutput;

/**
 * A combiner whose values are numbers that are not boxed. Keys that come as bytes, or as strings of
 * ASCII, are kept as bytes. When the first other key comes, it keeps objects, and what comes as
 * bytes becomes a string; when the first value comes that is no such number, values are objects
 * too, and the program's function makes one of two.
 */
final class NumericTable implements Combiner, TextPairConsumer {
  private static final int LEAST_CAPACITY = 64;
  private static final int GOLDEN = 0x9E3779B9;

  /** Longer strings stay strings. */
  private static final int MOST_ASCII = 1 << 12;

  private final TextTable texts = new TextTable();
  private Function2<Object, Object, Object> merge;
  private NumericAggregation.Kind kind;
  private NumberForm form;
  private byte[] ascii = new byte[32];

  /** True from the first key that cannot be bytes. */
  private boolean keepsObjects;

  /** Has all pairs from the first value that is no number of the form; null before. */
  private CombineTable boxed;

  private Object[] keys = new Object[LEAST_CAPACITY];
  private long[] numbers = new long[LEAST_CAPACITY];
  private int[] hashes = new int[LEAST_CAPACITY];
  private int[] index = new int[2 * LEAST_CAPACITY];
  private int shift = 32 - 7;
  private int size;

  /** Whether these functions can be done on numbers. */
  static boolean takes(Object create, Object merge) {
    return create == null
        && Technique.NUMERIC_TABLE.isUsed()
        && KnownMerges.kindOrNull(merge) != null;
  }

  static NumberForm formOf(NumericAggregation.Kind kind) {
    return switch (kind) {
      case SUM_LONG, MIN_LONG, MAX_LONG -> NumberForm.LONG;
      case SUM_INT -> NumberForm.INTEGER;
      case SUM_DOUBLE, MIN_DOUBLE, MAX_DOUBLE -> NumberForm.DOUBLE;
      case FIRST_OF_NONE -> NumberForm.NOTHING;
    };
  }

  @Override
  public void use(Function<Object, Object> unused, Function2<Object, Object, Object> given) {
    if (merge != given) {
      merge = given;
      kind = KnownMerges.kindOrNull(given);
      form = formOf(kind);
    }
  }

  // ---- texts

  @Override
  public void accept(byte[] key, int from, int to, NumberForm given, long bits) throws Exception {
    if (keepsObjects || given != form) {
      acceptObject(string(key, from, to), given.box(bits));
    } else {
      put(texts.find(key, from, to), key, from, to, bits);
    }
  }

  @Override
  public void accept(
      byte[] key, int from, int to, long first, long second, NumberForm given, long bits)
      throws Exception {
    if (keepsObjects || given != form) {
      acceptObject(string(key, from, to), given.box(bits));
    } else {
      put(texts.find(key, from, to, first, second), key, from, to, bits);
    }
  }

  private void put(int at, byte[] key, int from, int to, long bits) {
    if (at >= 0) {
      texts.setNumberAt(at, merged(texts.numberAt(at), bits));
    } else {
      insert(key, from, to, bits);
    }
  }

  private static String string(byte[] key, int from, int to) {
    return new String(key, from, to - from, StandardCharsets.UTF_8);
  }

  private void insert(byte[] key, int from, int to, long bits) {
    if (texts.isFullFor(to - from)) {
      keepObjects();
      putObject(string(key, from, to), bits);
      return;
    }
    int known = texts.insert(key, from, to, bits);
    if (known >= 0) {
      texts.setNumberAt(known, merged(texts.numberAt(known), bits));
    }
  }

  private long merged(long earlier, long later) {
    if (kind == NumericAggregation.Kind.SUM_LONG) {
      return earlier + later;
    }
    return switch (kind) {
      case SUM_LONG -> earlier + later;
      case MIN_LONG -> Math.min(earlier, later);
      case MAX_LONG -> Math.max(earlier, later);
      case SUM_INT -> (int) (earlier + later);
      case SUM_DOUBLE -> bits(number(earlier) + number(later));
      case MIN_DOUBLE -> bits(Math.min(number(earlier), number(later)));
      case MAX_DOUBLE -> bits(Math.max(number(earlier), number(later)));
      case FIRST_OF_NONE -> earlier;
    };
  }

  private static double number(long bits) {
    return Double.longBitsToDouble(bits);
  }

  private static long bits(double number) {
    return Double.doubleToRawLongBits(number);
  }

  // ---- strings

  /** False, with nothing done, when the key is not ASCII, or very long. */
  private boolean acceptAscii(String key, long bits) {
    int length = key.length();
    if (length > ascii.length) {
      if (length > MOST_ASCII) {
        return false;
      }
      ascii = new byte[2 * length];
    }
    byte[] bytes = ascii;
    int seen = 0;
    for (int i = 0; i < length; i++) {
      char c = key.charAt(i);
      seen |= c;
      bytes[i] = (byte) c;
    }
    if (seen > 0x7f) {
      return false;
    }
    put(texts.find(bytes, 0, length), bytes, 0, length, bits);
    return true;
  }

  // ---- objects

  @Override
  public void accept(Object record) throws Exception {
    Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
    Object value = pair._2();
    if (keepsObjects
        || !(pair._1() instanceof String key)
        || !form.holds(value)
        || !acceptAscii(key, form.unbox(value))) {
      acceptObject(pair._1(), value);
    }
  }

  private void acceptObject(Object key, Object value) throws Exception {
    if (boxed == null && !form.holds(value)) {
      keepBoxed();
    }
    if (boxed != null) {
      boxed.accept(new Tuple2<>(key, value));
    } else {
      keepObjects();
      putObject(key, form.unbox(value));
    }
  }

  private void putObject(Object key, long bits) {
    int hash = stableHash(key);
    int entry = find(key, hash);
    if (entry >= 0) {
      numbers[entry] = merged(numbers[entry], bits);
    } else {
      insert(-entry - 1, key, hash, bits);
    }
  }

  private void keepObjects() {
    if (keepsObjects) {
      return;
    }
    keepsObjects = true;
    for (int i = 0; i < texts.size(); i++) {
      String key = texts.text(i);
      int hash = texts.hash(i);
      insert(-find(key, hash) - 1, key, hash, texts.number(i));
    }
    texts.clear();
  }

  private void keepBoxed() throws Exception {
    CombineTable all = new CombineTable();
    all.use(null, merge);
    push(0, size(), all);
    clear();
    keepsObjects = true;
    boxed = all;
  }

  private static int stableHash(Object key) {
    if (key instanceof String || key instanceof Integer) {
      return key.hashCode();
    }
    return key == null ? 0 : HashPartitioner.stableHashCode(key);
  }

  /** The entry, or -1 - the free place in the index. */
  private int find(Object key, int hash) {
    int[] places = index;
    int mask = places.length - 1;
    int place = (hash * GOLDEN) >>> shift;
    while (true) {
      int entry = places[place] - 1;
      if (entry < 0) {
        return -1 - place;
      }
      if (hashes[entry] == hash && same(keys[entry], key)) {
        return entry;
      }
      place = (place + 1) & mask;
    }
  }

  private static boolean same(Object a, Object b) {
    return a == b || (a != null && a.equals(b));
  }

  private void insert(int place, Object key, int hash, long bits) {
    int entry = size;
    keys[entry] = key;
    hashes[entry] = hash;
    numbers[entry] = bits;
    index[place] = entry + 1;
    size = entry + 1;
    if (size == keys.length) {
      grow();
    }
  }

  private void grow() {
    int capacity = 2 * keys.length;
    keys = Arrays.copyOf(keys, capacity);
    numbers = Arrays.copyOf(numbers, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    int[] places = new int[2 * capacity];
    int mask = places.length - 1;
    shift--;
    for (int entry = 0; entry < size; entry++) {
      int place = (hashes[entry] * GOLDEN) >>> shift;
      while (places[place] != 0) {
        place = (place + 1) & mask;
      }
      places[place] = entry + 1;
    }
    index = places;
  }

  // ---- either

  @Override
  public int size() {
    return boxed != null ? boxed.size() : keepsObjects ? size : texts.size();
  }

  @Override
  public Object key(int entry) {
    return boxed != null ? boxed.key(entry) : keepsObjects ? keys[entry] : texts.text(entry);
  }

  @Override
  public int hash(int entry) {
    return boxed != null ? boxed.hash(entry) : keepsObjects ? hashes[entry] : texts.hash(entry);
  }

  @Override
  public Object combiner(int entry) {
    return boxed != null
        ? boxed.combiner(entry)
        : form.box(keepsObjects ? numbers[entry] : texts.number(entry));
  }

  @Override
  public void write(int entry, int reducePartition, MapOutput output) {
    if (keepsObjects) {
      output.add(reducePartition, new Tuple2<>(key(entry), combiner(entry)));
    } else {
      output.add(
          reducePartition,
          texts.keyBytes(),
          texts.keyFrom(entry),
          texts.keyTo(entry),
          texts.isAscii(entry),
          form,
          texts.number(entry));
    }
  }

  @Override
  public void push(int from, int to, RecordConsumer head) throws Exception {
    for (int i = from; i < to; i++) {
      head.accept(new Tuple2<>(key(i), combiner(i)));
    }
  }

  @Override
  public void clear() {
    texts.clear();
    boxed = null;
    if (keepsObjects) {
      clearObjects();
      keepsObjects = false;
    }
  }

  /** A table that was large once is not cleared in full for each small batch after it. */
  private void clearObjects() {
    if (keys.length > 16 * LEAST_CAPACITY && size < keys.length / 8) {
      keys = new Object[LEAST_CAPACITY];
      numbers = new long[LEAST_CAPACITY];
      hashes = new int[LEAST_CAPACITY];
      index = new int[2 * LEAST_CAPACITY];
      shift = 32 - 7;
    } else {
      Arrays.fill(keys, 0, size, null);
      Arrays.fill(index, 0);
    }
    size = 0;
  }
}
