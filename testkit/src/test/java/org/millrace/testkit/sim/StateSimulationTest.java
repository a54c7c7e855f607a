package org.millrace.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;

/** Keyed state outlives its executors. */
class StateSimulationTest {
  private static final String SEED = "org.millrace.simulation.seed";
  private static final String STATE_SEEDS = "org.millrace.simulation.stateSeeds";

  @Test
  void eachBatchChangesStateOnceWhateverFails() {
    Long only = Long.getLong(SEED);
    long first = only == null ? 1 : only;
    long last = only == null ? Long.getLong(STATE_SEEDS, 8) : only;
    for (long seed = first; seed <= last; seed++) {
      List<DriverEvent> events = Simulation.runWithState(seed);
      assertThat(events).hasAtLeastOneElementOfType(SnapshotTaken.class);
    }
  }

  @Test
  void stateComesBackWhenNoExecutorIsLeft() {
    Long only = Long.getLong(SEED);
    long first = only == null ? 1 : only;
    long last = only == null ? Long.getLong(STATE_SEEDS, 4) : only;
    for (long seed = first; seed <= last; seed++) {
      Simulation.runWithAllLost(seed);
    }
  }

  @Test
  void stateIsTheSameFromAStandbyAndFromFiles() {
    Long only = Long.getLong(SEED);
    long first = only == null ? 1 : only;
    long last = only == null ? Long.getLong(STATE_SEEDS, 6) : only;
    int fromStandby = 0;
    int fromFiles = 0;
    for (long seed = first; seed <= last; seed++) {
      Simulation.Restored restored = Simulation.runWithStandby(seed);
      fromStandby += restored.fromStandby();
      fromFiles += restored.fromFiles();
    }
    System.out.println(
        fromStandby + " partitions came from a standby, " + fromFiles + " from files");
    assertThat(fromStandby).isPositive();
    assertThat(fromFiles).isPositive();
  }
}
