package org.millrace.benchmarks.workload;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Walks over records, as fresh Strings (an Iterator) or as slices of bytes: after {@link
 * #advance()} the slice is {@link #bytes()}, {@link #offset()}, {@link #length()} until the next
 * call. Owned by one thread.
 */
public final class RecordReader implements Iterator<String> {
  private final byte[] pool;
  private final RecordPool records;
  private final long to;
  private final int step;
  private final byte[] event;
  private final byte[] digits;
  private long next;
  private long eventMs = -1;
  private byte[] bytes;
  private int offset;
  private int length;

  RecordReader(RecordPool records, long from, long to, int step) {
    this.records = records;
    this.pool = records.bytes();
    this.next = from;
    this.to = to;
    this.step = step;
    boolean isAds = records.input() == Scenario.Input.ADS;
    this.event = isAds ? new byte[512] : null;
    this.digits = isAds ? new byte[Ads.TIME_DIGITS] : null;
  }

  /** To the next record; false at the end. */
  public boolean advance() {
    if (next >= to) {
      return false;
    }
    int start = records.start(next);
    length = records.length(next);
    if (event == null) {
      bytes = pool;
      offset = start;
    } else {
      copyEvent(start);
    }
    next += step;
    return true;
  }

  private void copyEvent(int start) {
    long ms = Ads.eventTimeMs(next);
    if (ms != eventMs) {
      eventMs = ms;
      long rest = ms;
      for (int i = Ads.TIME_DIGITS - 1; i >= 0; i--, rest /= 10) {
        digits[i] = (byte) ('0' + rest % 10);
      }
    }
    System.arraycopy(pool, start, event, 0, length);
    System.arraycopy(digits, 0, event, length - Ads.timeFromEnd(), Ads.TIME_DIGITS);
    bytes = event;
    offset = 0;
  }

  /** The number of the next record. */
  public long position() {
    return next;
  }

  /** Leaves records out. */
  public void skip(int count) {
    next += (long) count * step;
  }

  public byte[] bytes() {
    return bytes;
  }

  public int offset() {
    return offset;
  }

  public int length() {
    return length;
  }

  @Override
  public boolean hasNext() {
    return next < to;
  }

  /** A fresh String. */
  @Override
  @SuppressWarnings("deprecation") // The quickest way from ASCII, what a line reader would do.
  public String next() {
    if (!advance()) {
      throw new NoSuchElementException();
    }
    return new String(bytes, 0, offset, length);
  }
}
