package org.millrace.am.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.driver.ClusterResources;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;

class YarnClusterResourcesTest {
  private static final ContainerEnd CRASH = new ContainerEnd(1, "no such file");

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final Loop loop = time.loop("driver");
  private final FakeBroker yarn = new FakeBroker();
  private final Events events = new Events();
  private final YarnClusterResources resources =
      new YarnClusterResources(loop, time, yarn, CompletableFuture.completedFuture(null));

  @BeforeEach
  void start() {
    onLoop(() -> resources.start(events));
  }

  @Test
  void asksForWhatIsMissingAndTalksOftenMeanwhile() {
    request(3);
    assertThat(yarn.open()).isEqualTo(3);
    assertThat(yarn.isTalkingOften()).isTrue();
    request(3);
    assertThat(yarn.open()).isEqualTo(3);
    request(1);
    assertThat(yarn.open()).isEqualTo(1);
  }

  @Test
  void launchesEachAllocatedContainerAndThenTalksSeldom() {
    request(2);
    allocate("c1", "c2");
    assertThat(yarn.launched()).containsExactly("c1", "c2");
    assertThat(yarn.open()).isZero();
    assertThat(yarn.isTalkingOften()).isFalse();
    tell(yarn.events()::onLaunched, "c1");
    assertThat(events.seen).containsExactly("launched c1 on host");
  }

  @Test
  void givesBackContainersThatNobodyAsksForAnyMore() {
    request(2);
    request(1);
    allocate("c1", "c2");
    assertThat(yarn.launched()).containsExactly("c1");
    assertThat(yarn.released()).containsExactly("c2");
  }

  @Test
  void replacesALostExecutorOnlyWhenAskedAgain() {
    request(1);
    allocate("c1");
    complete("c1", new ContainerEnd(137, ""));
    assertThat(events.seen).containsExactly("lost c1: killed by signal 9");
    assertThat(yarn.open()).isZero();
    request(1);
    assertThat(yarn.open()).isEqualTo(1);
  }

  @Test
  void tellsTheEndOfAContainerOnce() {
    request(1);
    allocate("c1");
    complete("c1", CRASH);
    complete("c1", CRASH);
    assertThat(events.seen).containsExactly("lost c1: exit status 1: no such file");
  }

  @Test
  void endsTheProcessOfAReleasedExecutorAndHearsNoMoreOfIt() {
    request(1);
    allocate("c1");
    onLoop(() -> resources.releaseExecutor("c1"));
    assertThat(yarn.released()).containsExactly("c1");
    complete("c1", new ContainerEnd(ContainerExitStatus.KILLED_BY_APPMASTER, ""));
    assertThat(events.seen).isEmpty();
    onLoop(() -> resources.releaseExecutor("unknown"));
    assertThat(yarn.released()).containsExactly("c1");
  }

  @Test
  void countsALaunchThatFailedAsLost() {
    request(1);
    allocate("c1");
    yarn.events().onLaunchFailed("c1", "node is full");
    time.runUntilIdle();
    assertThat(events.seen).containsExactly("lost c1: could not be launched: node is full");
    assertThat(yarn.released()).containsExactly("c1");
  }

  @Test
  void failsAfterExecutorsThatEndRightAfterTheirLaunch() {
    for (int i = 1; i <= 4; i++) {
      request(1);
      allocate("c" + i);
      complete("c" + i, CRASH);
    }
    assertThat(events.failures).hasSize(1);
    assertThat(events.failures.get(0).code()).isEqualTo(ErrorCode.NOT_ENOUGH_RESOURCES);
    assertThat(events.failures.get(0))
        .hasMessageContaining("4 executors in a row")
        .hasMessageContaining("exit status 1: no such file");
  }

  @Test
  void aLongLivedOrPreemptedExecutorIsNoReasonToFail() {
    for (int i = 1; i <= 20; i++) {
      request(1);
      allocate("c" + i);
      if (i % 3 == 0) {
        time.advance(21_000);
        complete("c" + i, CRASH);
      } else {
        complete("c" + i, new ContainerEnd(ContainerExitStatus.PREEMPTED, ""));
      }
    }
    assertThat(events.failures).isEmpty();
  }

  @Test
  void asksOnlyForWhatTheContainersThatWereKeptLeaveOpen() {
    FakeBroker broker = new FakeBroker();
    broker.keep("c1", "n1");
    broker.keep("c2", "n2");
    YarnClusterResources after =
        new YarnClusterResources(loop, time, broker, CompletableFuture.completedFuture(null));

    onLoop(() -> after.start(events));
    assertThat(events.seen).containsExactly("kept [c1, c2]");
    onLoop(() -> after.requestExecutors(3));
    assertThat(broker.open()).isEqualTo(1);

    onLoop(() -> after.releaseExecutor("c2"));
    onLoop(() -> after.requestExecutors(3));
    assertThat(broker.released()).containsExactly("c2");
    assertThat(broker.open()).isEqualTo(2);
  }

  @Test
  void withdrawsWhatContainersReplaceThatYarnLearnsOfLater() {
    request(2);
    yarn.keep("c1", "n1");
    yarn.events().onKept();
    time.runUntilIdle();

    assertThat(events.seen).containsExactly("kept [c1]");
    assertThat(yarn.open()).isEqualTo(1);
    complete("c1", CRASH);
    assertThat(events.seen).contains("lost c1: " + CRASH.reason());
    assertThat(events.failures).isEmpty();
  }

  @Test
  void givesEverythingBackWhenClosed() {
    request(3);
    allocate("c1", "c2");
    onLoop(resources::close);
    assertThat(yarn.released()).containsExactlyInAnyOrder("c1", "c2");
    assertThat(yarn.open()).isZero();
    complete("c1", CRASH);
    assertThat(events.seen).isEmpty();
  }

  @Test
  void reportsProgress() {
    onLoop(() -> resources.reportProgress(0.5f, "10 batches"));
    assertThat(yarn.progress()).isEqualTo(0.5f);
  }

  private void request(int total) {
    onLoop(() -> resources.requestExecutors(total));
  }

  private void allocate(String... containers) {
    for (String container : containers) {
      yarn.events().onAllocated(container, "host");
    }
    time.runUntilIdle();
  }

  private void complete(String container, ContainerEnd end) {
    yarn.events().onCompleted(container, end);
    time.runUntilIdle();
  }

  private void tell(java.util.function.Consumer<String> event, String container) {
    event.accept(container);
    time.runUntilIdle();
  }

  private void onLoop(Runnable action) {
    loop.execute(action);
    time.runUntilIdle();
  }

  private static final class Events implements ClusterResources.Listener {
    private final List<String> seen = new ArrayList<>();
    private final List<MillraceException> failures = new ArrayList<>();

    @Override
    public void onExecutorsKept(Set<String> containers) {
      seen.add("kept " + new TreeSet<>(containers));
    }

    @Override
    public void onExecutorLaunched(String container, String host) {
      seen.add("launched " + container + " on " + host);
    }

    @Override
    public void onExecutorLost(String container, String reason) {
      seen.add("lost " + container + ": " + reason);
    }

    @Override
    public void onFailure(MillraceException failure) {
      failures.add(failure);
    }
  }
}
