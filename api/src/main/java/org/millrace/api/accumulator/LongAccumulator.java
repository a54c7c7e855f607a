package org.millrace.api.accumulator;

/** Sums and counts long values. */
public final class LongAccumulator extends AccumulatorV2<Long, Long> {
  private static final long serialVersionUID = 1L;

  private long sum;
  private long count;

  @Override
  public boolean isZero() {
    return sum == 0 && count == 0;
  }

  @Override
  public LongAccumulator copy() {
    LongAccumulator copied = new LongAccumulator();
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
  public void add(Long value) {
    add(value.longValue());
  }

  /** Adds one value. */
  public void add(long value) {
    sum += value;
    count++;
  }

  @Override
  public void merge(AccumulatorV2<Long, Long> other) {
    LongAccumulator that = (LongAccumulator) other;
    sum += that.sum;
    count += that.count;
  }

  @Override
  public Long value() {
    return sum;
  }

  /** The sum of what was added; wraps around on overflow. */
  public long sum() {
    return sum;
  }

  /** How many values were added. */
  public long count() {
    return count;
  }

  /** The mean of what was added; not a number when nothing was. */
  public double avg() {
    return (double) sum / count;
  }
}
