package org.millrace.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The driver alone dies, and comes back under the executors that it left. */
class ReturnSimulationTest {
  private static final String SEED = "org.millrace.simulation.seed";
  private static final String SECONDS = "org.millrace.simulation.seconds";

  @Test
  void oneThatIsNeverKilledStartsEachReceiverOnce() {
    assertThat(ReturnSimulation.run(1, 0)).isEqualTo(2);
  }

  /** Batches are those of the clock, leases and deadlines are not: nobody is taken for lost. */
  @Test
  void aClockThatIsSetAheadAndBackDoublesNothingAndLosesNobody() {
    assertThat(ReturnSimulation.runWithClockSet(1, 300_000, -60_000)).isEqualTo(2);
    assertThat(ReturnSimulation.runWithClockSet(2, -60_000, 120_000)).isEqualTo(2);
  }

  @Test
  void eachAcknowledgedRecordIsInOneBatchWheneverTheDriverIsKilled() {
    Long only = Long.getLong(SEED);
    if (only != null) {
      ReturnSimulation.run(only, 4);
      return;
    }
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong(SECONDS, 15));
    long seed = 0;
    do {
      seed++;
      ReturnSimulation.run(seed, 4);
    } while (System.nanoTime() < endNanos);
    System.out.println(seed + " seeds of the returns hold");
  }
}
