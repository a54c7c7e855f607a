package org.millrace.runner.shuffle;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.millrace.api.error.MillraceException;

/** The shuffles of one placement of a job. Guarded by the lock of its {@link ShuffleStore}. */
final class JobShuffles {
  private final int placementVersion;
  private final SpillArea spill;
  private final Map<Integer, Shuffle> shuffles = new HashMap<>();
  private MillraceException spillFailure;

  JobShuffles(int placementVersion, SpillArea spill) {
    this.placementVersion = placementVersion;
    this.spill = spill;
  }

  int placementVersion() {
    return placementVersion;
  }

  SpillArea spill() {
    return spill;
  }

  Shuffle shuffle(int shuffleId) {
    return shuffles.computeIfAbsent(shuffleId, unused -> new Shuffle());
  }

  void failSpill(MillraceException cause) {
    spillFailure = spillFailure == null ? cause : spillFailure;
  }

  void requireSpillWorks() {
    if (spillFailure != null) {
      throw spillFailure;
    }
  }

  void forEachPage(Consumer<Page> action) {
    shuffles.values().forEach(shuffle -> shuffle.forEachPage(action));
  }
}
