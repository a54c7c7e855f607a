package org.millrace.benchmarks.workload;

import java.util.SplittableRandom;

/** Ranks with probability proportional to 1 / (rank + 1), by Vose's alias method. */
final class ZipfSampler {
  private final double[] threshold;
  private final int[] alias;

  ZipfSampler(int ranks) {
    threshold = new double[ranks];
    alias = new int[ranks];
    double sum = 0;
    for (int i = 0; i < ranks; i++) {
      sum += 1.0 / (i + 1);
    }
    int[] small = new int[ranks];
    int[] large = new int[ranks];
    int smalls = 0;
    int larges = 0;
    for (int i = 0; i < ranks; i++) {
      threshold[i] = ranks / (sum * (i + 1));
      if (threshold[i] < 1) {
        small[smalls++] = i;
      } else {
        large[larges++] = i;
      }
    }
    while (smalls > 0 && larges > 0) {
      int less = small[--smalls];
      int more = large[--larges];
      alias[less] = more;
      threshold[more] -= 1 - threshold[less];
      if (threshold[more] < 1) {
        small[smalls++] = more;
      } else {
        large[larges++] = more;
      }
    }
    // What is left is 1 but for rounding.
    while (larges > 0) {
      threshold[large[--larges]] = 1;
    }
    while (smalls > 0) {
      threshold[small[--smalls]] = 1;
    }
  }

  int next(SplittableRandom random) {
    int column = random.nextInt(threshold.length);
    return random.nextDouble() < threshold[column] ? column : alias[column];
  }
}
