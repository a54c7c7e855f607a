package org.millrace.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The application dies as a whole and goes on from its checkpoint. */
class RestartSimulationTest {
  private static final String SEED = "org.millrace.simulation.seed";
  private static final String SECONDS = "org.millrace.simulation.seconds";

  @Test
  void writesWhatOneThatIsNeverKilledWrites() {
    assertThat(RestartSimulation.run(1, 0)).isEqualTo(1);
  }

  @Test
  void eachRecordIsInOneBatchWheneverItIsKilled() {
    Long only = Long.getLong(SEED);
    if (only != null) {
      RestartSimulation.run(only, 5);
      return;
    }
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong(SECONDS, 20));
    long seed = 0;
    do {
      seed++;
      RestartSimulation.run(seed, 5);
    } while (System.nanoTime() < endNanos);
    System.out.println(seed + " seeds of the restarts hold");
  }
}
