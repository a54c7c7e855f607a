package org.millrace.runner.state;

import org.millrace.runner.shuffle.RecordSizes;

/** Roughly how much memory a partition takes, from samples of what is put into it. */
final class StateSize {
  private static final int SAMPLE_MASK = 63;
  private static final int WINDOW_VALUE_BYTES = 32;

  /** Changes in the logs of versions that are not committed. */
  long logged;

  /** Values that the panes of a window hold beside those in the table. */
  long windowValues;

  private int seen;
  private double meanBytes;

  /** A key and a value are put into the partition. */
  void put(Object key, Object value) {
    if ((seen++ & SAMPLE_MASK) == 0) {
      int bytes = RecordSizes.estimateBytes(key) + RecordSizes.estimateBytes(value);
      meanBytes = meanBytes == 0 ? bytes : meanBytes + (bytes - meanBytes) / 16;
    }
  }

  long bytes(long keys, long changes, long results) {
    double log = (logged + changes) * (ChangeLog.BYTES_A_CHANGE + meanBytes / 2);
    double window = windowValues * (WINDOW_VALUE_BYTES + meanBytes / 2);
    return (long)
        (keys * (StateTable.BYTES_A_KEY + meanBytes) + log + window + results * (8 + meanBytes));
  }

  void clear() {
    logged = 0;
    windowValues = 0;
  }
}
