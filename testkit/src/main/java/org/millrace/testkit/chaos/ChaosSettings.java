package org.millrace.testkit.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * What to break and for how long.
 *
 * @param home the lab's folder
 * @param separateNetworks whether each node has a network of its own
 * @param duration how long faults are drawn
 * @param seed of the faults
 * @param kinds of the faults
 * @param linesPerSecond of each source
 */
record ChaosSettings(
    Path home,
    boolean separateNetworks,
    Duration duration,
    long seed,
    Set<FaultKind> kinds,
    int linesPerSecond) {
  ChaosSettings {
    kinds = Set.copyOf(kinds);
  }
}
