package org.millrace.am.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.driver.ExecutorRegistry.RegistrySettings;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Envelope.MessageCase;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.RegisterExecutor;
import org.millrace.runner.wire.proto.RunTasks;

class ExecutorRegistryTest {
  private static final long EPOCH = 1;
  private static final long TIMEOUT_MS = 5_000;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final Loop loop = time.loop("driver");
  private final HeldUpClock clock = new HeldUpClock(time);
  private final RecordingListener listener = new RecordingListener();
  private final ExecutorRegistry registry =
      new ExecutorRegistry(
          new RegistrySettings(EPOCH, Map.of("millrace.key", "value"), TIMEOUT_MS),
          loop,
          clock,
          listener);

  @BeforeEach
  void start() {
    loop.execute(registry::start);
    loop.execute(() -> registry.takeOver(10_000, CompletableFuture.completedFuture(null)));
    time.runUntilIdle();
  }

  @Test
  void givesEachExecutorANumberOfItsOwnAndTheConfiguration() {
    FakeConnection first = register("c1");
    FakeConnection second = register("c2");

    assertThat(first.sent(MessageCase.EXECUTOR_REGISTERED).getExecutorRegistered().getExecutorId())
        .isEqualTo(1);
    assertThat(second.sent(MessageCase.EXECUTOR_REGISTERED).getExecutorRegistered())
        .satisfies(
            told -> {
              assertThat(told.getExecutorId()).isEqualTo(2);
              assertThat(told.getConfigurationMap()).containsEntry("millrace.key", "value");
            });
    assertThat(first.sent).allMatch(envelope -> envelope.getEpoch() == EPOCH);
    assertThat(live()).containsExactly(1, 2);
    assertThat(listener.events).containsExactly("joined 1", "joined 2");
  }

  @Test
  void tellsAllWhoLivesWithARisingVersion() {
    FakeConnection first = register("c1");
    Membership alone = first.sent(MessageCase.MEMBERSHIP).getMembership();
    register("c2");
    Membership both = first.sent(MessageCase.MEMBERSHIP).getMembership();

    assertThat(alone.getExecutorsCount()).isEqualTo(1);
    assertThat(both.getExecutorsCount()).isEqualTo(2);
    assertThat(both.getVersion()).isGreaterThan(alone.getVersion());
  }

  @Test
  void whatCanWaitGoesBeforeTheNextMessage() {
    FakeConnection first = register("c1");
    int before = first.sent.size();
    registry.sendSoon(1, endOf(7));
    registry.sendSoon(1, endOf(8));
    assertThat(first.sent).hasSize(before);
    registry.send(1, Envelope.newBuilder().setRunTasks(RunTasks.newBuilder().setJobId(9)));

    assertThat(first.sent).hasSize(before + 1);
    Envelope message = first.sent(MessageCase.RUN_TASKS);
    assertThat(message.getBeforeList())
        .extracting(earlier -> earlier.getEndJob().getJobId())
        .containsExactly(7L, 8L);

    registry.send(1, endOf(9));
    assertThat(first.sent(MessageCase.END_JOB).getBeforeCount()).isZero();
  }

  @Test
  void whatCanWaitDoesNotWaitLong() {
    FakeConnection first = register("c1");
    registry.sendSoon(1, endOf(7));
    registry.sendSoon(1, endOf(8));
    time.advance(49);
    assertThat(first.sent).noneMatch(Envelope::hasEndJob);
    time.advance(1);

    Envelope message = first.sent(MessageCase.END_JOB);
    assertThat(message.getEndJob().getJobId()).isEqualTo(8);
    assertThat(message.getBefore(0).getEndJob().getJobId()).isEqualTo(7);
  }

  @Test
  void whoAnswersAPingHasReadWhatWasToBeSentSoon() {
    FakeConnection first = register("c1");
    registry.sendSoon(1, endOf(7));
    registry.pingAll(() -> {});

    assertThat(first.sent(MessageCase.PING).getBefore(0).getEndJob().getJobId()).isEqualTo(7);
  }

  @Test
  void manyThatJoinAreAnnouncedTogetherAndBeforeTheyGetWork() {
    FakeConnection first = register("c0");
    for (int i = 1; i <= 99; i++) {
      register("c" + i);
    }
    assertThat(members(first)).isEqualTo(64);
    time.advance(20);
    assertThat(members(first)).isEqualTo(100);
    long told = first.sent.stream().filter(Envelope::hasMembership).count();
    assertThat(told).isEqualTo(65);

    register("late");
    assertThat(members(first)).isEqualTo(100);
    registry.send(1, Envelope.newBuilder().setRunTasks(RunTasks.newBuilder().setJobId(9)));
    assertThat(members(first)).isEqualTo(101);
    assertThat(first.sent.get(first.sent.size() - 1).hasRunTasks()).isTrue();
  }

  @Test
  void theMoreExecutorsThereAreTheLessOftenEachSpeaks() {
    FakeConnection first = register("c0");
    time.advance(1_000);
    assertThat(first.sent(MessageCase.PING).getPing().getHeartbeatMs()).isEqualTo(100);

    for (int i = 1; i < 300; i++) {
      register("c" + i);
    }
    for (int i = 0; i < 20; i++) {
      time.advance(100);
      registry.send(1, endOf(i));
    }
    assertThat(first.sent(MessageCase.PING).getPing().getHeartbeatMs()).isEqualTo(300);
  }

  @Test
  void ofManyThoseThatGetWorkEachSecondNeedNoPings() {
    FakeConnection busy = register("c1");
    FakeConnection idle = register("c2");
    for (int i = 3; i < 100; i++) {
      register("c" + i);
    }
    time.advance(1_000);
    long before = pings(busy);
    for (int i = 0; i < 3; i++) {
      registry.send(1, Envelope.newBuilder().setRunTasks(RunTasks.newBuilder().setJobId(i)));
      time.advance(1_000);
    }

    assertThat(pings(busy)).isEqualTo(before);
    assertThat(pings(idle)).isGreaterThanOrEqualTo(before + 2);
  }

  private static long pings(FakeConnection executor) {
    return executor.sent.stream().filter(Envelope::hasPing).count();
  }

  private static int members(FakeConnection executor) {
    return executor.sent(MessageCase.MEMBERSHIP).getMembership().getExecutorsCount();
  }

  private static Envelope.Builder endOf(long jobId) {
    return Envelope.newBuilder().setEndJob(EndJob.newBuilder().setJobId(jobId));
  }

  @Test
  void losesAnExecutorWhoseConnectionBreaks() {
    FakeConnection first = register("c1");
    FakeConnection second = register("c2");
    registry.onClosed(first, Optional.empty());
    registry.onClosed(first, Optional.empty());
    time.runUntilIdle();

    assertThat(live()).containsExactly(2);
    assertThat(registry.lost()).isEqualTo(1);
    assertThat(listener.events).containsExactly("joined 1", "joined 2", "lost 1");
    assertThat(second.sent(MessageCase.MEMBERSHIP).getMembership().getExecutorsCount())
        .isEqualTo(1);
  }

  @Test
  void refusesTheLateRegistrationOfAContainerThatIsLost() {
    registry.onContainerEnded("c1", "it exited with 1");
    FakeConnection late = register("c1");

    assertThat(late.sent(MessageCase.SHUT_DOWN).hasShutDown()).isTrue();
    assertThat(late.open).isFalse();
    assertThat(live()).isEmpty();
    assertThat(listener.events).isEmpty();
  }

  @Test
  void tellsAllExecutorsWhereTheCheckpointIsAndThoseThatComeLater() {
    FakeConnection first = register("c1");
    assertThat(first.sent(MessageCase.EXECUTOR_REGISTERED).getExecutorRegistered())
        .satisfies(told -> assertThat(told.getHasCheckpointDirectory()).isFalse());

    loop.execute(() -> registry.openCheckpoint("hdfs://nn/checkpoint", 4));
    time.runUntilIdle();
    FakeConnection second = register("c2");

    for (FakeConnection executor : List.of(first, second)) {
      assertThat(executor.sent(MessageCase.OPEN_CHECKPOINT).getOpenCheckpoint())
          .satisfies(told -> assertThat(told.getDirectory()).isEqualTo("hdfs://nn/checkpoint"))
          .satisfies(told -> assertThat(told.getEpoch()).isEqualTo(4));
    }
    assertThat(second.sent(MessageCase.EXECUTOR_REGISTERED).getExecutorRegistered())
        .satisfies(told -> assertThat(told.getHasCheckpointDirectory()).isTrue());
  }

  @Test
  void neverHearsALostExecutorAgain() {
    FakeConnection first = register("c1");
    registry.onClosed(first, Optional.empty());
    say(first, Envelope.newBuilder().setReceiverReport(ReceiverReport.getDefaultInstance()));
    FakeConnection again = register("c1");

    assertThat(again.open).isFalse();
    assertThat(listener.events).containsExactly("joined 1", "lost 1");
  }

  @Test
  void refusesASecondExecutorOfOneContainer() {
    register("c1");
    FakeConnection second = register("c1");

    assertThat(second.open).isFalse();
    assertThat(live()).containsExactly(1);
  }

  @Test
  void dropsWhatIsOfAnotherEpoch() {
    FakeConnection first = register("c1");
    registry.onFrame(
        first,
        Frame.of(
            Envelope.newBuilder()
                .setEpoch(EPOCH - 1)
                .setReceiverReport(ReceiverReport.getDefaultInstance())
                .build()));
    time.runUntilIdle();
    assertThat(listener.events).containsExactly("joined 1");

    say(first, Envelope.newBuilder().setReceiverReport(ReceiverReport.getDefaultInstance()));
    assertThat(listener.events).containsExactly("joined 1", "RECEIVER_REPORT of 1");
  }

  @Test
  void losesAnExecutorThatIsSilentForTheTimeout() {
    FakeConnection silent = register("c1");
    FakeConnection talking = register("c2");
    for (int i = 0; i < 60; i++) {
      time.advance(100);
      heartbeat(talking, 0);
    }

    assertThat(live()).containsExactly(2);
    assertThat(silent.open).isFalse();
    assertThat(listener.events).contains("lost 1");
  }

  @Test
  void losesNobodyWhenItWasHeldUpItself() {
    register("c1");
    time.advance(600);
    clock.heldUpMs = 20_000;
    time.advance(3_000);

    assertThat(live()).containsExactly(1);

    time.advance(3_000);
    assertThat(live()).as("silent for the timeout after that").isEmpty();
  }

  @Test
  void aPingRoundEndsWhenAllHaveAnsweredOrAreLost() {
    FakeConnection first = register("c1");
    FakeConnection second = register("c2");
    FakeConnection third = register("c3");
    List<String> done = new ArrayList<>();
    loop.execute(() -> registry.pingAll(() -> done.add("answered")));
    time.runUntilIdle();
    long number = first.sent(MessageCase.PING).getPing().getNumber();

    heartbeat(first, number - 1);
    heartbeat(second, number);
    registry.onClosed(third, Optional.empty());
    time.runUntilIdle();
    assertThat(done).isEmpty();

    heartbeat(first, number);
    assertThat(done).containsExactly("answered");
  }

  @Test
  void aPingRoundOfNobodyEndsAtOnce() {
    List<String> done = new ArrayList<>();
    loop.execute(() -> registry.pingAll(() -> done.add("answered")));
    time.runUntilIdle();

    assertThat(done).containsExactly("answered");
  }

  @Test
  void takesNobodyAfterTheEnd() {
    FakeConnection first = register("c1");
    loop.execute(() -> registry.shutDownAll("over"));
    time.runUntilIdle();
    FakeConnection late = register("c2");

    assertThat(first.sent(MessageCase.SHUT_DOWN).getShutDown().getReason()).isEqualTo("over");
    assertThat(late.open).isFalse();
  }

  private List<Integer> live() {
    return registry.live().stream().map(LiveExecutor::id).toList();
  }

  private FakeConnection register(String container) {
    FakeConnection connection = new FakeConnection(container);
    registry.onFrame(
        connection,
        Frame.of(
            Envelope.newBuilder()
                .setRegisterExecutor(
                    RegisterExecutor.newBuilder()
                        .setContainer(container)
                        .setHost("host-" + container)
                        .setCores(1))
                .build()));
    time.runUntilIdle();
    return connection;
  }

  private void heartbeat(FakeConnection from, long answeredPing) {
    say(
        from,
        Envelope.newBuilder().setHeartbeat(Heartbeat.newBuilder().setAnsweredPing(answeredPing)));
  }

  private void say(FakeConnection from, Envelope.Builder message) {
    registry.onFrame(from, Frame.of(message.setEpoch(EPOCH).build()));
    time.runUntilIdle();
  }

  /** A clock that went on while nothing ran. */
  private static final class HeldUpClock implements Clock {
    private final SimulatedTime time;
    long heldUpMs;

    HeldUpClock(SimulatedTime time) {
      this.time = time;
    }

    @Override
    public long nowMs() {
      return time.nowMs() + heldUpMs;
    }

    @Override
    public long nanoTime() {
      return time.nanoTime() + TimeUnit.MILLISECONDS.toNanos(heldUpMs);
    }
  }
}
