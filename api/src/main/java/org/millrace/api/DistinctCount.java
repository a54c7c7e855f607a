package org.millrace.api;

import java.util.Iterator;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.sketch.DistinctSketch;

/** The functions of approximate distinct counts. */
final class DistinctCount {
  static final Function2<DistinctSketch, Object, DistinctSketch> ADD = DistinctSketch::add;
  static final Function2<DistinctSketch, DistinctSketch, DistinctSketch> MERGE =
      DistinctSketch::merge;
  static final Function<DistinctSketch, Long> ESTIMATE = DistinctSketch::estimate;

  private DistinctCount() {}

  /** The sketch of a partition's records. */
  record OfPartition<T>(double relativeSD) implements Function<Iterator<T>, DistinctSketch> {
    @Override
    public DistinctSketch call(Iterator<T> records) {
      DistinctSketch sketch = DistinctSketch.of(relativeSD);
      records.forEachRemaining(sketch::add);
      return sketch;
    }
  }

  /** The sketch of a key's first value. */
  record First(double relativeSD) implements Function<Object, DistinctSketch> {
    @Override
    public DistinctSketch call(Object value) {
      return DistinctSketch.of(relativeSD).add(value);
    }
  }
}
