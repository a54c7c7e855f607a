package org.millrace.runner.state;

import org.millrace.runner.shuffle.RecordSizes;

/** Roughly how much memory a partition takes, from samples of what is put into it. */
final class StateSize {
  private static final int SAMPLE_MASK = 63;
  private static final int OTHER_VALUE_BYTES = 32;

  /** Changes in the logs of versions that are not committed. */
  long logged;

  private int seen;
  private double meanBytes;

  /** A key and a value are put into the partition. */
  void put(Object key, Object value) {
    if ((seen++ & SAMPLE_MASK) == 0) {
      int bytes = RecordSizes.estimateBytes(key) + RecordSizes.estimateBytes(value);
      meanBytes = meanBytes == 0 ? bytes : meanBytes + (bytes - meanBytes) / 16;
    }
  }

  /**
   * @param others results, or values in the panes of a window
   */
  long bytes(long keys, long changes, long others) {
    double table = keys * (StateTable.BYTES_A_KEY + meanBytes);
    double log = (logged + changes) * (ChangeLog.BYTES_A_CHANGE + meanBytes / 2);
    return (long) (table + log + others * (OTHER_VALUE_BYTES + meanBytes / 2));
  }

  void clear() {
    logged = 0;
  }
}
