package org.millrace.runner.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.millrace.runner.conf.Settings;

class ExecutorTimingTest {
  @Test
  void whatNobodyGivesIsAsItsKeySays() {
    ExecutorTiming timing = ExecutorTiming.DEFAULT.with(Settings.resolve(Map.of()));

    assertThat(timing.heartbeatIntervalMs()).isEqualTo(100);
    assertThat(timing.taskLeaseMs()).isEqualTo(3_000);
    assertThat(timing.lifeLeaseMs()).isEqualTo(TimeUnit.MINUTES.toMillis(20));
  }

  @Test
  void whatTheDriverGivesIsTakenAndTheRestStays() {
    ExecutorTiming own = new ExecutorTiming(20, 5, 700, 60_000, 10_000, 50);

    ExecutorTiming timing = own.with(Settings.resolve(Map.of("millrace.executor.taskLease", "4s")));

    assertThat(timing).isEqualTo(new ExecutorTiming(20, 5, 4_000, 60_000, 10_000, 50));
  }
}
