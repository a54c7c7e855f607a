package org.millrace.runner.memory;

import java.util.EnumMap;
import java.util.Map;
import org.millrace.runner.memory.MemoryAccountant.Use;

/**
 * How the uses share one budget. Immutable.
 *
 * @param byUse the share of each use; the guaranteed fractions sum up to at most 1
 */
public record MemoryShares(Map<Use, Share> byUse) {

  /**
   * Unprocessed input can never take more than half, so that tasks always find room to process it.
   * What it is guaranteed is more than received blocks may take of it, so that there is always room
   * for another executor's copy. Kept datasets can be dropped or computed again, so they never take
   * all.
   */
  public static final MemoryShares DEFAULT =
      new MemoryShares(
          Map.of(
              Use.BLOCKS, new Share(0.40, 0.50),
              Use.SHUFFLE, new Share(0.30, 0.90),
              Use.STATE, new Share(0.10, 0.90),
              Use.DATASETS, new Share(0.10, 0.60)));

  public MemoryShares {
    EnumMap<Use, Share> copy = new EnumMap<>(byUse);
    double guaranteed = 0;
    for (Use use : Use.values()) {
      Share share = copy.get(use);
      if (share == null) {
        throw new IllegalArgumentException("no share for " + use + ", expected one for each use");
      }
      guaranteed += share.guaranteed();
    }
    if (guaranteed > 1.0) {
      throw new IllegalArgumentException(
          "the guaranteed fractions sum up to " + guaranteed + ", expected at most 1");
    }
    byUse = Map.copyOf(copy);
  }

  /**
   * @param guaranteed fraction of the limit that the use may always take
   * @param maximum fraction of the limit that it never exceeds, even when all else is free
   */
  public record Share(double guaranteed, double maximum) {
    public Share {
      if (!(guaranteed >= 0 && guaranteed <= maximum && maximum <= 1)) {
        throw new IllegalArgumentException(
            "share is guaranteed %s and maximum %s, expected 0 <= guaranteed <= maximum <= 1"
                .formatted(guaranteed, maximum));
      }
    }
  }
}
