package org.millrace.api.accumulator;

/**
 * Sums and counts double values. The last digits of a sum depend on the order in which tasks are
 * merged, which is that of their partitions.
 */
public final class DoubleAccumulator extends AccumulatorV2<Double, Double> {
  private static final long serialVersionUID = 1L;

  private double sum;
  private long count;

  @Override
  public boolean isZero() {
    return sum == 0 && count == 0;
  }

  @Override
  public DoubleAccumulator copy() {
    DoubleAccumulator copied = new DoubleAccumulator();
    copied.sum = sum;
    copied.count = count;
    return copied;
  }

  @Override
  public void reset() {
    sum = 0;
    count = 0;
  }

  @Override
  public void add(Double value) {
    add(value.doubleValue());
  }

  /** Adds one value. */
  public void add(double value) {
    sum += value;
    count++;
  }

  @Override
  public void merge(AccumulatorV2<Double, Double> other) {
    DoubleAccumulator that = (DoubleAccumulator) other;
    sum += that.sum;
    count += that.count;
  }

  @Override
  public Double value() {
    return sum;
  }

  /** The sum of what was added. */
  public double sum() {
    return sum;
  }

  /** How many values were added. */
  public long count() {
    return count;
  }

  /** The mean of what was added; not a number when nothing was. */
  public double avg() {
    return sum / count;
  }
}
