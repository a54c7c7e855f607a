package org.millrace.checkpoint.codec;

import java.util.Collections;
import java.util.Comparator;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** The orders of sorted collections that can be stored; other comparators are code. */
enum SortOrder {
  NATURAL,
  REVERSE,
  CASE_INSENSITIVE;

  /** Null for the natural order. */
  @SuppressWarnings("unchecked") // what was in a collection of this order can be compared by it
  Comparator<Object> comparator() {
    return (Comparator<Object>)
        switch (this) {
          case NATURAL -> null;
          case REVERSE -> Collections.reverseOrder();
          case CASE_INSENSITIVE -> (Comparator<?>) String.CASE_INSENSITIVE_ORDER;
        };
  }

  static SortOrder of(Comparator<?> comparator, Class<?> collection) {
    if (comparator == null || comparator == Comparator.naturalOrder()) {
      return NATURAL;
    }
    for (SortOrder order : values()) {
      if (comparator.equals(order.comparator())) {
        return order;
      }
    }
    throw new MillraceException(
        ErrorCode.STATE_TYPE_REFUSED,
        "a "
            + collection.getName()
            + " ordered by "
            + comparator.getClass().getName()
            + " cannot be stored in durable state: a comparator is code, and only natural, reverse"
            + " and case-insensitive order are known; keep the elements in a list, or the"
            + " collection in a class of its own with a codec: StreamingContext.registerCodec");
  }

  static SortOrder read(ValueSource source) {
    return values()[ScalarLayouts.narrow(source, 0, values().length - 1)];
  }
}
