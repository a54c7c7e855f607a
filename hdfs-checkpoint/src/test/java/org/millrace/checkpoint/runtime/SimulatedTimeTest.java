package org.millrace.checkpoint.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SimulatedTimeTest {

  @Test
  void runsNothingUntilItIsStepped() {
    SimulatedTime time = SimulatedTime.inOrder();
    List<String> ran = new ArrayList<>();
    Loop loop = time.loop("a");
    loop.execute(() -> ran.add("first"));
    loop.execute(() -> ran.add("second"));
    assertThat(ran).isEmpty();
    assertThat(time.step()).isTrue();
    assertThat(ran).containsExactly("first");
    assertThat(time.runUntilIdle()).isEqualTo(1);
    assertThat(time.step()).isFalse();
  }

  @Test
  void firesTimersAtTheirTimesOnly() {
    SimulatedTime time = SimulatedTime.inOrder();
    List<Long> firedAt = new ArrayList<>();
    Loop loop = time.loop("a");
    long start = time.nowMs();
    loop.schedule(20, () -> firedAt.add(time.nowMs() - start));
    loop.schedule(
        10,
        () -> {
          firedAt.add(time.nowMs() - start);
          loop.schedule(3, () -> firedAt.add(time.nowMs() - start));
        });
    loop.schedule(15, () -> firedAt.add(-1L)).cancel();
    time.advance(19);
    assertThat(firedAt).containsExactly(10L, 13L);
    time.advance(1);
    assertThat(firedAt).containsExactly(10L, 13L, 20L);
    assertThat(time.nowMs() - start).isEqualTo(20);
  }

  @Test
  void shufflesLoopsButNeverWithinALoop() {
    Set<List<String>> orders = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      List<String> order = shuffledOrder(seed);
      assertThat(order.stream().filter(name -> name.startsWith("a")))
          .containsExactly("a0", "a1", "a2");
      assertThat(order.stream().filter(name -> name.startsWith("b")))
          .containsExactly("b0", "b1", "b2");
      assertThat(shuffledOrder(seed)).isEqualTo(order);
      orders.add(order);
    }
    assertThat(orders).hasSizeGreaterThan(5);
  }

  private static List<String> shuffledOrder(long seed) {
    SimulatedTime time = SimulatedTime.shuffled(seed);
    List<String> ran = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      Loop loop = time.loop(name);
      for (int i = 0; i < 3; i++) {
        String command = name + i;
        loop.execute(() -> ran.add(command));
      }
    }
    time.runUntilIdle();
    return ran;
  }

  @Test
  void runsBlockingWorkAsAStepAndNotInALoop() {
    SimulatedTime time = SimulatedTime.inOrder();
    Loop loop = time.loop("a");
    List<Boolean> inLoop = new ArrayList<>();
    loop.execute(() -> inLoop.add(loop.inLoop()));
    CompletableFuture<String> answer =
        time.blockingWork()
            .run(
                "files",
                () -> {
                  inLoop.add(loop.inLoop());
                  return "done";
                });
    assertThat(answer).isNotDone();
    time.runUntilIdle();
    assertThat(answer).isCompletedWithValue("done");
    assertThat(inLoop).containsExactly(true, false);
  }

  @Test
  void runsUntilAConditionAcrossTimers() {
    SimulatedTime time = SimulatedTime.inOrder();
    Loop loop = time.loop("a");
    int[] ticks = {0};
    Runnable[] tick = new Runnable[1];
    tick[0] =
        () -> {
          ticks[0]++;
          loop.schedule(100, tick[0]);
        };
    loop.execute(tick[0]);
    assertThat(time.runUntil(() -> ticks[0] == 5, 1_000)).isTrue();
    assertThat(time.runUntil(() -> false, 50)).isFalse();
    assertThat(SimulatedTime.inOrder().runUntil(() -> false, 50)).isFalse();
  }

  @Test
  void aJumpMakesWhatFellDueLate() {
    SimulatedTime time = SimulatedTime.inOrder();
    Loop loop = time.loop("a");
    long startMs = time.nowMs();
    List<String> seen = new ArrayList<>();
    loop.schedule(20, () -> seen.add("second at " + (time.nowMs() - startMs)));
    loop.schedule(10, () -> seen.add("first at " + (time.nowMs() - startMs)));
    loop.schedule(101, () -> seen.add("not yet"));

    time.jump(100);
    time.runUntilIdle();

    assertThat(seen).containsExactly("first at 100", "second at 100");
  }

  @Test
  void throwsWhatACommandThrows() {
    SimulatedTime time = SimulatedTime.inOrder();
    time.loop("a")
        .execute(
            () -> {
              throw new IllegalStateException("broken");
            });
    assertThatThrownBy(time::step).isInstanceOf(IllegalStateException.class);
  }
}
