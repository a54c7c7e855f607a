package org.millrace.api.transparent;

import java.io.Serializable;

/**
 * A function whose meaning an engine knows, so that it may run it on the bytes of a text without
 * making objects of them.
 *
 * <p>Each is an ordinary function as well: what {@code call} gives for a string <em>is</em> its
 * meaning, also for text that is no valid UTF-8, which stands for what {@code new String(bytes,
 * UTF_8)} makes of it. An engine that runs it in another way gives the same results. Immutable.
 */
public sealed interface Transparent extends Serializable
    permits Words,
        FromBytes,
        TextField,
        TextPredicate,
        LongField,
        DoubleField,
        Pairings.Once,
        Pairings.WithoutKey,
        Pairings.WithoutValue,
        Pairings.Keyed,
        Pairings.KeyedDouble,
        NumericAggregation {

  /**
   * Names what kind of function this is and of what kinds it consists, without the values it was
   * made with: functions of one shape can run the same compiled code.
   */
  default String shape() {
    return getClass().getName();
  }

  /** The shape of a function of {@code type} that consists of others. */
  static String shape(Class<?> type, Transparent... parts) {
    StringBuilder shape = new StringBuilder(type.getName()).append('(');
    for (Transparent part : parts) {
      shape.append(part.shape()).append(';');
    }
    return shape.append(')').toString();
  }
}
