package org.millrace.runner.shuffle;

import java.util.Collection;
import java.util.Map;
import org.millrace.api.Tuple2;

/** Roughly how much memory a record takes. */
public final class RecordSizes {
  private static final int OBJECT_BYTES = 16;
  private static final int UNKNOWN_BYTES = 64;

  private RecordSizes() {}

  /** Within a factor of two or three for common records; looks at no more than a few objects. */
  public static int estimateBytes(Object record) {
    return estimate(record, 3);
  }

  private static int estimate(Object value, int depth) {
    if (value == null) {
      return 0;
    }
    if (value instanceof String string) {
      return 2 * OBJECT_BYTES + 8 + string.length();
    }
    if (value instanceof Number || value instanceof Boolean) {
      return OBJECT_BYTES;
    }
    if (value instanceof byte[] bytes) {
      return OBJECT_BYTES + bytes.length;
    }
    if (depth == 0) {
      return UNKNOWN_BYTES;
    }
    if (value instanceof Tuple2<?, ?> pair) {
      return 24 + estimate(pair._1(), depth - 1) + estimate(pair._2(), depth - 1);
    }
    if (value instanceof Collection<?> elements) {
      return elements.isEmpty()
          ? OBJECT_BYTES
          : bounded(elements.size(), 8 + estimate(elements.iterator().next(), depth - 1));
    }
    if (value instanceof Map<?, ?> map) {
      return bounded(map.size(), 2 * UNKNOWN_BYTES);
    }
    return UNKNOWN_BYTES;
  }

  private static int bounded(int count, int each) {
    return (int) Math.min(1L << 30, UNKNOWN_BYTES + (long) count * each);
  }
}
