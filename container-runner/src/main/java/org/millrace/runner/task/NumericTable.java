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
 * A combiner whose values are numbers that are not boxed. Keys that come as bytes are kept as
 * bytes; when the first key comes as an object, it keeps objects, and what comes as bytes becomes a
 * string.
 */
final class NumericTable implements Combiner, TextPairConsumer {
  private static final int LEAST_CAPACITY = 64;
  private static final int GOLDEN = 0x9E3779B9;

  private final TextTable texts = new TextTable();
  private NumericAggregation.Kind kind;
  private NumberForm form;

  /** True from the first key that is no text in bytes. */
  private boolean keepsObjects;

  private Object[] keys = new Object[LEAST_CAPACITY];
  private long[] numbers = new long[LEAST_CAPACITY];
  private int[] hashes = new int[LEAST_CAPACITY];
  private int[] index = new int[2 * LEAST_CAPACITY];
  private int shift = 32 - 7;
  private int size;

  /** Whether these functions can be done on numbers. */
  static boolean takes(Object create, Object merge) {
    return create == null
        && merge instanceof NumericAggregation
        && Technique.NUMERIC_TABLE.isUsed();
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
  public void use(Function<Object, Object> unused, Function2<Object, Object, Object> merge) {
    kind = ((NumericAggregation<?>) (Object) merge).kind();
    form = formOf(kind);
  }

  // ---- texts

  @Override
  public void accept(byte[] key, int from, int to, NumberForm given, long bits) throws Exception {
    if (keepsObjects || given != form) {
      accept(new Tuple2<>(string(key, from, to), given.box(bits)));
      return;
    }
    merge(texts.find(key, from, to), key, from, to, bits);
  }

  @Override
  public void accept(
      byte[] key, int from, int to, long first, long second, NumberForm given, long bits)
      throws Exception {
    if (keepsObjects || given != form) {
      accept(new Tuple2<>(string(key, from, to), given.box(bits)));
      return;
    }
    merge(texts.find(key, from, to, first, second), key, from, to, bits);
  }

  private void merge(int at, byte[] key, int from, int to, long bits) throws Exception {
    if (at >= 0) {
      texts.setNumberAt(at, merged(texts.numberAt(at), bits));
    } else {
      insert(key, from, to, bits);
    }
  }

  private static String string(byte[] key, int from, int to) {
    return new String(key, from, to - from, StandardCharsets.UTF_8);
  }

  private void insert(byte[] key, int from, int to, long bits) throws Exception {
    if (texts.isFullFor(to - from)) {
      accept(new Tuple2<>(string(key, from, to), form.box(bits)));
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

  // ---- objects

  @Override
  public void accept(Object record) {
    if (!keepsObjects) {
      keepObjects();
    }
    Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
    Object key = pair._1();
    int hash = stableHash(key);
    int entry = find(key, hash);
    long bits = form.unbox(pair._2());
    if (entry >= 0) {
      numbers[entry] = merged(numbers[entry], bits);
    } else {
      insert(-entry - 1, key, hash, bits);
    }
  }

  private void keepObjects() {
    keepsObjects = true;
    for (int i = 0; i < texts.size(); i++) {
      String key = texts.text(i);
      int hash = texts.hash(i);
      insert(-find(key, hash) - 1, key, hash, texts.number(i));
    }
    texts.clear();
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
    return keepsObjects ? size : texts.size();
  }

  @Override
  public Object key(int entry) {
    return keepsObjects ? keys[entry] : texts.text(entry);
  }

  @Override
  public int hash(int entry) {
    return keepsObjects ? hashes[entry] : texts.hash(entry);
  }

  @Override
  public Object combiner(int entry) {
    return form.box(keepsObjects ? numbers[entry] : texts.number(entry));
  }

  @Override
  public void write(int entry, int reducePartition, MapOutput output) {
    if (keepsObjects) {
      output.add(reducePartition, new Tuple2<>(keys[entry], form.box(numbers[entry])));
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
