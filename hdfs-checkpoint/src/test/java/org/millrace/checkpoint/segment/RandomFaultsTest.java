package org.millrace.checkpoint.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.files.FailingDurableFiles.Action;
import org.millrace.checkpoint.files.FailingDurableFiles.Fault;
import org.millrace.checkpoint.runtime.SimulatedTime;

/** Whatever the files do: what was acknowledged is read, once, in order. */
class RandomFaultsTest {

  private static final int SEEDS = 400;

  private static Fault fault(Random random, Action action, int percent) {
    if (random.nextInt(100) >= percent) {
      return null;
    }
    return switch (random.nextInt(action == Action.APPEND ? 5 : 4)) {
      case 0 -> new Fault.Slow(random.nextInt(300), random.nextInt(300));
      case 1 -> new Fault.Slow(random.nextInt(8_000), random.nextInt(2));
      case 2 -> new Fault.Hang(random.nextBoolean());
      case 3 -> new Fault.Fail(random.nextBoolean());
      default -> new Fault.Tear(random.nextInt(100));
    };
  }

  @Test
  void losesNoAcknowledgedRecordAndReadsEachOnce() {
    long hedgesWon = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      hedgesWon += run(seed);
    }
    assertThat(hedgesWon).isPositive();
  }

  private static long run(long seed) {
    Random random = new Random(seed);
    LogFixture fixture =
        new LogFixture(
            SimulatedTime.shuffled(seed),
            RecordLogOptions.DEFAULT
                .withSegmentBytes(50 + random.nextInt(1_000))
                .withSegmentAge(Duration.ofSeconds(1 + random.nextInt(30))));
    int percent = random.nextInt(30);
    fixture.files.follow(
        (action, path) -> fixture.durable.isEmpty() ? null : fault(random, action, percent));
    long released = 0;
    for (int i = 0; i < 60 && fixture.failures.isEmpty(); i++) {
      int burst = random.nextInt(5);
      fixture.loop.execute(
          () -> {
            for (int j = 0; j < burst && fixture.failures.isEmpty(); j++) {
              fixture.appendInLoop();
            }
          });
      fixture.time.advance(random.nextInt(4) == 0 ? random.nextInt(5_000) : random.nextInt(50));
      if (random.nextInt(10) == 0 && !fixture.durable.isEmpty()) {
        released = Math.max(released, random.nextInt(fixture.durable.size()));
        long bound = released;
        fixture.loop.execute(() -> fixture.log.releaseBefore(bound));
      }
    }
    assertThat(fixture.durable.keySet())
        .as("seed %d", seed)
        .hasSize(fixture.durable.isEmpty() ? 0 : (int) (fixture.durable.lastKey() + 1));
    if (random.nextBoolean()) {
      fixture.behind.crash();
    }
    long acknowledged = fixture.durable.size();
    long next = fixture.sealAndRead(released);
    assertThat(next).as("seed %d", seed).isGreaterThanOrEqualTo(acknowledged);
    assertThat(fixture.time.step()).isFalse();
    return fixture.counters().hedgesWon();
  }
}
