package org.millrace.runner.task;

import java.util.Map;
import org.millrace.api.transparent.NumericAggregation;
import org.millrace.api.transparent.NumericAggregation.Kind;
import org.millrace.runner.codec.StaticReference;
import org.millrace.runner.conf.Technique;

/**
 * Which functions of two values are a numeric aggregation: those of {@code Aggregations}, and
 * references to methods of the JDK that do the same.
 */
final class KnownMerges {
  private static final String LONGS = "(Ljava/lang/Long;Ljava/lang/Long;)Ljava/lang/Long;";
  private static final String INTEGERS =
      "(Ljava/lang/Integer;Ljava/lang/Integer;)Ljava/lang/Integer;";
  private static final String DOUBLES = "(Ljava/lang/Double;Ljava/lang/Double;)Ljava/lang/Double;";

  private static final Map<StaticReference, Kind> REFERENCES =
      Map.ofEntries(
          longs("Long", "sum", Kind.SUM_LONG),
          longs("Long", "min", Kind.MIN_LONG),
          longs("Long", "max", Kind.MAX_LONG),
          longs("Math", "min", Kind.MIN_LONG),
          longs("Math", "max", Kind.MAX_LONG),
          Map.entry(
              new StaticReference("java/lang/Integer", "sum", "(II)I", INTEGERS), Kind.SUM_INT),
          doubles("Double", "sum", Kind.SUM_DOUBLE),
          doubles("Double", "min", Kind.MIN_DOUBLE),
          doubles("Double", "max", Kind.MAX_DOUBLE),
          doubles("Math", "min", Kind.MIN_DOUBLE),
          doubles("Math", "max", Kind.MAX_DOUBLE));

  private KnownMerges() {}

  private static Map.Entry<StaticReference, Kind> longs(String owner, String name, Kind kind) {
    return Map.entry(new StaticReference("java/lang/" + owner, name, "(JJ)J", LONGS), kind);
  }

  private static Map.Entry<StaticReference, Kind> doubles(String owner, String name, Kind kind) {
    return Map.entry(new StaticReference("java/lang/" + owner, name, "(DD)D", DOUBLES), kind);
  }

  /** Null for a function that is none. */
  static Kind kindOrNull(Object merge) {
    if (merge instanceof NumericAggregation<?> aggregation) {
      return aggregation.kind();
    }
    return Technique.KNOWN_MERGES.isUsed()
        ? StaticReference.of(merge).map(REFERENCES::get).orElse(null)
        : null;
  }
}
