package org.millrace.api.accumulator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Collects values, in the order of tasks' partitions and, within one, in that in which they were
 * added. All of them are held by the driver.
 *
 * @param <T> type of the values, which are serializable
 */
public final class CollectionAccumulator<T> extends AccumulatorV2<T, List<T>> {
  private static final long serialVersionUID = 1L;

  private final ArrayList<T> values = new ArrayList<>();

  @Override
  public boolean isZero() {
    return values.isEmpty();
  }

  @Override
  public CollectionAccumulator<T> copy() {
    CollectionAccumulator<T> copied = new CollectionAccumulator<>();
    copied.values.addAll(values);
    return copied;
  }

  @Override
  public void reset() {
    values.clear();
  }

  @Override
  public void add(T value) {
    values.add(value);
  }

  @Override
  public void merge(AccumulatorV2<T, List<T>> other) {
    values.addAll(((CollectionAccumulator<T>) other).values);
  }

  @Override
  public List<T> value() {
    return Collections.unmodifiableList(new ArrayList<>(values));
  }
}
