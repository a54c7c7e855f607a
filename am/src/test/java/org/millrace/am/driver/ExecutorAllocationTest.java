package org.millrace.am.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.conf.Settings;

class ExecutorAllocationTest {
  private static final long SCALING_MS = 10_000;
  private static final AllocationPolicy POLICY =
      new AllocationPolicy(true, 2, 1, 6, SCALING_MS, 0.9, 0.3);

  private final SimulatedTime time = SimulatedTime.shuffled(5);
  private final FakeExecutors executors = new FakeExecutors();
  private int waiting;
  private ExecutorAllocation allocation;

  @BeforeEach
  void begin() {
    start(POLICY);
    executors.join(1);
    executors.join(2);
  }

  private void start(AllocationPolicy policy) {
    if (allocation != null) {
      allocation.end();
    }
    executors.wanted = policy.initial();
    allocation =
        new ExecutorAllocation(policy, 1_000, time.loop("driver"), executors, () -> waiting);
    allocation.start();
  }

  /** A scaling interval with a batch each second that takes so long. */
  private void interval(long processingMs) {
    for (int i = 0; i < 10; i++) {
      allocation.onBatchCompleted(processingMs);
    }
    time.advance(SCALING_MS);
  }

  @Test
  void asksForMoreWhenBatchesTakeMostOfTheirInterval() {
    interval(899);
    assertThat(executors.wanted).isEqualTo(2);

    interval(900);
    assertThat(executors.wanted).isEqualTo(3);
  }

  @Test
  void asksForAsManyAsTheBatchesAreLateUpToTheBound() {
    interval(2_600);
    assertThat(executors.wanted).isEqualTo(5);

    executors.join(3, 4, 5);
    interval(2_600);
    assertThat(executors.wanted).isEqualTo(6);

    executors.join(6);
    interval(9_000);
    assertThat(executors.wanted).isEqualTo(6);
  }

  @Test
  void asksForNoMoreWhileExecutorsAreOnTheirWay() {
    interval(1_000);
    interval(1_000);
    assertThat(executors.wanted).isEqualTo(3);

    executors.join(3);
    interval(1_000);
    assertThat(executors.wanted).isEqualTo(4);
  }

  @Test
  void asksForMoreWhenABatchDoesNotEndAndOthersWait() {
    waiting = 3;
    time.advance(SCALING_MS);

    assertThat(executors.wanted).isEqualTo(3);
  }

  @Test
  void givesTheNewestFreeExecutorBackAfterTwoLowIntervals() {
    executors.join(3, 4);
    executors.wanted = 4;
    executors.needed.add(4);

    interval(200);
    assertThat(executors.wanted).isEqualTo(4);
    interval(300);

    assertThat(executors.wanted).isEqualTo(3);
    assertThat(executors.ids).containsExactly(1, 2, 4);
    assertThat(executors.leaving).isEmpty();
  }

  @Test
  void oneLowIntervalBetweenOthersChangesNothing() {
    interval(100);
    interval(500);
    interval(100);
    interval(500);

    assertThat(executors.wanted).isEqualTo(2);
  }

  @Test
  void keepsTheLeastNumberAndWhoeverIsNeeded() {
    executors.needed.addAll(Set.of(1, 2));
    interval(10);
    interval(10);
    assertThat(executors.wanted).isEqualTo(2);

    executors.needed.clear();
    interval(10);
    interval(10);
    interval(10);
    interval(10);
    assertThat(executors.ids).containsExactly(1);
    assertThat(executors.wanted).isEqualTo(1);
  }

  @Test
  void nobodyLeavesWhileBatchesWait() {
    waiting = 1;
    interval(10);
    interval(10);
    interval(10);

    assertThat(executors.wanted).isEqualTo(2);
  }

  @Test
  void nobodyLeavesWhenTheOthersWouldBeTooBusy() {
    start(new AllocationPolicy(true, 2, 1, 6, SCALING_MS, 0.9, 0.6));
    interval(500);
    interval(500);
    interval(500);

    assertThat(executors.wanted).isEqualTo(2);
  }

  @Test
  void oneThatLeavesTakesNoWorkAndEndsItsOwnFirst() {
    executors.used.add(2);
    interval(100);
    interval(100);
    assertThat(executors.leaving).containsExactly(2);
    assertThat(executors.ids).containsExactly(1, 2);

    executors.used.clear();
    time.advance(100);

    assertThat(executors.ids).containsExactly(1);
  }

  @Test
  void oneThatLeavesKeepsWhatOnlyItHasUntilThatIsReleased() {
    executors.onlyHolders.add(2);
    interval(100);
    interval(100);
    time.advance(5_000);
    assertThat(executors.leaving).containsExactly(2);

    executors.onlyHolders.clear();
    time.advance(100);

    assertThat(executors.ids).containsExactly(1);
  }

  @Test
  void oneThatLeavesStaysWhenItHasToKeepTooLong() {
    executors.onlyHolders.add(2);
    interval(100);
    interval(100);
    interval(500);
    assertThat(executors.leaving).isEmpty();
    assertThat(executors.ids).containsExactly(1, 2);
  }

  @Test
  void oneThatLeavesStaysWhenItGotSomethingToKeepOrTheLoadComesBack() {
    executors.used.add(2);
    interval(100);
    interval(100);
    executors.needed.add(2);
    time.advance(100);
    assertThat(executors.leaving).isEmpty();

    executors.needed.clear();
    allocation.onBatchCompleted(100);
    time.advance(SCALING_MS - 100);
    assertThat(executors.leaving).containsExactly(2);
    interval(2_000);
    assertThat(executors.leaving).isEmpty();
    assertThat(executors.ids).containsExactly(1, 2);
    assertThat(executors.wanted).isEqualTo(4);
  }

  @Test
  void oneThatLeavesStaysWhenAnotherIsLost() {
    executors.join(3);
    executors.wanted = 3;
    executors.used.add(3);
    interval(100);
    interval(100);
    assertThat(executors.leaving).containsExactly(3);

    executors.ids.remove(1);
    time.advance(100);

    assertThat(executors.leaving).isEmpty();
    assertThat(executors.ids).containsExactly(2, 3);
  }

  @Test
  void nothingHappensAfterTheEndOrWithoutBeingAskedFor() {
    allocation.end();
    interval(5_000);
    assertThat(executors.wanted).isEqualTo(2);

    start(AllocationPolicy.fixed(2));
    interval(5_000);
    assertThat(executors.wanted).isEqualTo(2);
  }

  @Test
  void theFirstNumberIsWithinTheBounds() {
    assertThat(policy("5", "7", "0.3").initial()).isEqualTo(5);
    assertThat(policy("1", "1", "0.3").initial()).isEqualTo(1);
    assertThat(AllocationPolicy.of(Settings.resolve(Map.of())).adaptive()).isFalse();
  }

  @Test
  void refusesBoundsAndRatiosThatContradictEachOther() {
    assertThatThrownBy(() -> policy("3", "2", "0.3"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION_VALUE))
        .hasMessageContaining("minExecutors is 3")
        .hasMessageContaining("maxExecutors is 2");
    assertThatThrownBy(() -> policy("1", "2", "0.95")).hasMessageContaining("scalingDownRatio");
  }

  private static AllocationPolicy policy(String least, String most, String down) {
    return AllocationPolicy.of(
        Settings.resolve(
            Map.of(
                "millrace.dynamicAllocation.enabled", "true",
                "millrace.dynamicAllocation.minExecutors", least,
                "millrace.dynamicAllocation.maxExecutors", most,
                "millrace.dynamicAllocation.scalingDownRatio", down)));
  }

  private static final class FakeExecutors implements ExecutorAllocation.Executors {
    private final Set<Integer> ids = new TreeSet<>();
    private final Set<Integer> needed = new TreeSet<>();
    private final Set<Integer> onlyHolders = new TreeSet<>();
    private final Set<Integer> used = new TreeSet<>();
    private final Set<Integer> leaving = new TreeSet<>();
    private int wanted;

    void join(Integer... joined) {
      ids.addAll(List.of(joined));
    }

    @Override
    public List<LiveExecutor> live() {
      List<LiveExecutor> live = new ArrayList<>();
      for (int id : ids) {
        if (!leaving.contains(id)) {
          live.add(new LiveExecutor(id, "host-" + id, 1));
        }
      }
      return live;
    }

    @Override
    public int wanted() {
      return wanted;
    }

    @Override
    public void want(int total) {
      wanted = total;
    }

    @Override
    public boolean mayLeave(int executorId) {
      return !needed.contains(executorId);
    }

    @Override
    public boolean isFree(int executorId) {
      return mayLeave(executorId) && !onlyHolders.contains(executorId);
    }

    @Override
    public boolean isUsed(int executorId) {
      return used.contains(executorId);
    }

    @Override
    public void takeNoWork(int executorId, boolean leaves) {
      if (leaves) {
        leaving.add(executorId);
      } else {
        leaving.remove(executorId);
      }
    }

    @Override
    public void giveBack(int executorId) {
      assertThat(leaving.remove(executorId)).isTrue();
      ids.remove(executorId);
      wanted--;
    }
  }
}
