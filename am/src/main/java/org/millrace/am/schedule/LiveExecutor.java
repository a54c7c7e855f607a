package org.millrace.am.schedule;

import java.util.Objects;

/** An executor that can be given tasks. Immutable. */
public record LiveExecutor(int id, String host, int cores) {
  public LiveExecutor {
    Objects.requireNonNull(host, "host");
    if (cores < 1) {
      throw new IllegalArgumentException("executor " + id + " has " + cores + " cores");
    }
  }
}
