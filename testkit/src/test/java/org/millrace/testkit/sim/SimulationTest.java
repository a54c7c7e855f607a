package org.millrace.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.log.DriverEvent;

class SimulationTest {
  private static final String SEED = "org.millrace.simulation.seed";
  private static final String SECONDS = "org.millrace.simulation.seconds";

  @Test
  void keepsEveryPromiseWhateverFails() {
    Long only = Long.getLong(SEED);
    if (only != null) {
      Simulation.run(only);
      return;
    }
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong(SECONDS, 30));
    long seed = 0;
    do {
      seed++;
      try {
        Simulation.run(seed);
      } catch (AssertionError failure) {
        throw new AssertionError(
            "seed " + seed + " fails; run it again with -D" + SEED + "=" + seed, failure);
      }
    } while (System.nanoTime() < endNanos);
    System.out.println(seed + " seeds of the simulation hold");
  }

  @Test
  void executorsThatNobodyNeedsLeaveAndNothingIsLostWithThem() {
    int left = 0;
    for (long seed = 1; seed <= 4; seed++) {
      for (DriverEvent event : Simulation.runWithAllocation(seed)) {
        boolean leaves =
            event instanceof DriverEvent.ExecutorLost lost && lost.reason().contains("not needed");
        left += leaves ? 1 : 0;
      }
    }
    assertThat(left).isPositive();
  }

  @Test
  void givesTheSameRunForTheSameSeed() {
    assertThat(Simulation.run(42)).isEqualTo(Simulation.run(42));
  }
}
