package org.millrace.am.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.am.driver.ExecutorRegistry.RegistrySettings;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.executor.ExecutorIds;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Envelope.MessageCase;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.RegisterExecutor;
import org.millrace.runner.wire.proto.RunningReceiver;
import org.millrace.runner.wire.proto.StreamMark;

/** The third driver of an application meets the executors of the first two. */
class TakeOverTest {
  private static final long ATTEMPT = 3;
  private static final int OF_SECOND = 1 << 20 | 1;
  private static final int FIRST_OF_THIRD = 2 << 20 | 1;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final Loop loop = time.loop("driver");
  private final RecordingListener listener = new RecordingListener();
  private final ExecutorRegistry registry =
      new ExecutorRegistry(new RegistrySettings(ATTEMPT, Map.of(), 5_000), loop, time, listener);

  private void start(String... kept) {
    start(CompletableFuture.completedFuture(null), kept);
  }

  private void start(CompletableFuture<Void> findable, String... kept) {
    loop.execute(
        () -> {
          registry.start();
          registry.expect(Set.of(kept));
          registry.takeOver(10_000, findable);
        });
    time.runUntilIdle();
  }

  private FakeConnection register(RegisterExecutor.Builder message) {
    FakeConnection connection = new FakeConnection(message.getContainer());
    registry.onFrame(
        connection, Frame.of(Envelope.newBuilder().setRegisterExecutor(message).build()));
    time.runUntilIdle();
    return connection;
  }

  private FakeConnection comeBack(String container, int id) {
    return register(returning(container, id));
  }

  private static RegisterExecutor.Builder returning(String container, int id) {
    return RegisterExecutor.newBuilder()
        .setContainer(container)
        .setHost("host-" + container)
        .setCores(1)
        .setPreviousId(id)
        .setPreviousAttempt(2);
  }

  private static RegisterExecutor.Builder fresh(String container) {
    return RegisterExecutor.newBuilder().setContainer(container).setCores(1);
  }

  private List<Integer> live() {
    return registry.live().stream().map(LiveExecutor::id).toList();
  }

  private static int givenId(FakeConnection connection) {
    return connection.sent(MessageCase.EXECUTOR_REGISTERED).getExecutorRegistered().getExecutorId();
  }

  private static boolean knowsOthers(FakeConnection connection) {
    return connection.sent.stream().anyMatch(Envelope::hasMembership);
  }

  @Test
  void executorsKeepTheirIdsAndAreAnnouncedWhenAllHaveComeBack() {
    start("c1", "c2");
    FakeConnection second = comeBack("c2", OF_SECOND);

    assertThat(givenId(second)).isEqualTo(OF_SECOND);
    assertThat(knowsOthers(second)).as("whoever is missing would be lost for it").isFalse();
    assertThat(live()).isEmpty();
    assertThat(registry.takenOver()).isNotDone();
    FakeConnection first = comeBack("c1", 7);

    assertThat(givenId(first)).isEqualTo(7);
    assertThat(live()).containsExactly(7, OF_SECOND);
    assertThat(first.sent(MessageCase.MEMBERSHIP).getMembership().getExecutorsList())
        .extracting(ExecutorAddress::getExecutorId)
        .containsExactly(7, OF_SECOND);
    assertThat(knowsOthers(second)).isTrue();
    assertThat(listener.events).containsExactly("joined 7", "joined " + OF_SECOND);
    assertThat(registry.takenOver().join())
        .extracting(executor -> executor.id)
        .containsExactly(7, OF_SECOND);
  }

  @Test
  void nobodyLivesWhileExecutorsAreAwaitedAndNobodyChangesThat() {
    start("c1", "c2");
    comeBack("c2", OF_SECOND);

    assertThat(registry.live()).isEmpty();
    assertThat(registry.live()).isUnmodifiable();
  }

  @Test
  void whatTheyReportIsThereForWhoTakesItOver() {
    start("c1");
    register(
        returning("c1", 7)
            .addMarks(StreamMark.newBuilder().setStreamId(5).setUntil(12))
            .addReceivers(RunningReceiver.newBuilder().setReceiverId(1).setStreamId(5)));

    RegisteredExecutor executor = registry.takenOver().join().get(0);
    assertThat(executor.isTakenOver()).isTrue();
    assertThat(executor.registration.getMarks(0).getUntil()).isEqualTo(12);
    assertThat(executor.registration.getReceivers(0).getStreamId()).isEqualTo(5);
  }

  @Test
  void timeRunsFromWhenTheyCanFindTheDriver() {
    CompletableFuture<Void> findable = new CompletableFuture<>();
    start(findable, "c1");
    time.advance(60_000);
    assertThat(listener.events).isEmpty();
    findable.complete(null);
    time.advance(9_999);
    assertThat(listener.events).isEmpty();
    time.advance(1);

    assertThat(listener.events).containsExactly("given up c1");
  }

  @Test
  void whoDoesNotComeBackInTimeIsGivenUpAndRefusedLater() {
    start("c1", "c2");
    comeBack("c1", 7);
    time.advance(5_000);
    heartbeat("c1");
    time.advance(4_999);
    assertThat(listener.events).isEmpty();
    time.advance(1);

    assertThat(listener.events).containsExactly("given up c2", "joined 7");
    assertThat(registry.takenOver().join()).hasSize(1);
    FakeConnection late = comeBack("c2", 8);
    assertThat(late.sent(MessageCase.SHUT_DOWN).hasShutDown()).isTrue();
    assertThat(late.open).isFalse();
    assertThat(live()).containsExactly(7);
  }

  private void heartbeat(String container) {
    for (RegisteredExecutor executor : registry.executors()) {
      if (executor.registration.getContainer().equals(container)) {
        registry.onFrame(
            executor.connection,
            Frame.of(
                Envelope.newBuilder()
                    .setEpoch(ATTEMPT)
                    .setHeartbeat(Heartbeat.getDefaultInstance())
                    .build()));
      }
    }
    time.runUntilIdle();
  }

  @Test
  void aNewExecutorGetsANumberOfThisAttemptAndWaitsForTheOthers() {
    start("c1");
    FakeConnection fresh = register(fresh("c9"));

    assertThat(givenId(fresh)).isEqualTo(FIRST_OF_THIRD);
    assertThat(live()).isEmpty();
    comeBack("c1", 7);

    assertThat(live()).containsExactly(7, FIRST_OF_THIRD);
    assertThat(registry.takenOver().join()).hasSize(1);
    assertThat(ExecutorIds.text(FIRST_OF_THIRD)).isEqualTo("3.1");
    assertThat(ExecutorIds.text(7)).isEqualTo("7");
  }

  @Test
  void anExecutorThatNeverMetADriverGetsANewNumber() {
    start("c1");

    FakeConnection met = register(returning("c1", 0));

    assertThat(givenId(met)).isEqualTo(FIRST_OF_THIRD);
    assertThat(registry.takenOver().join()).as("it has nothing to be taken over").isEmpty();
    assertThat(live()).containsExactly(FIRST_OF_THIRD);
  }

  @Test
  void aStrangerIsRefused() {
    start();

    FakeConnection stranger = comeBack("c1", 7);

    assertThat(stranger.open).isFalse();
    assertThat(live()).isEmpty();
  }

  @Test
  void whoComesBeforeTheClusterManagerTellsOfItWaits() {
    start("c1");
    FakeConnection early = comeBack("c2", 8);
    FakeConnection stranger = comeBack("c3", 9);
    assertThat(early.sent).isEmpty();

    loop.execute(() -> assertThat(registry.expect(Set.of("c2"))).isEmpty());
    time.runUntilIdle();
    assertThat(givenId(early)).isEqualTo(8);
    comeBack("c1", 7);

    assertThat(live()).containsExactly(7, 8);
    assertThat(stranger.open).as("nobody ever told of it").isFalse();
  }

  @Test
  void aContainerThatIsToldTooLateIsToBeGivenBack() {
    start();

    assertThat(registry.expect(Set.of("c4"))).containsExactly("c4");
    assertThat(comeBack("c4", 7).open).isFalse();
  }

  @Test
  void anExecutorThatGoesAgainBeforeTheOthersAreThereIsGivenUp() {
    start("c1", "c2");
    FakeConnection first = comeBack("c1", 7);
    registry.onClosed(first, Optional.empty());
    time.runUntilIdle();
    assertThat(listener.events).containsExactly("given up c1");
    comeBack("c2", 8);

    assertThat(live()).containsExactly(8);
    assertThat(listener.events).containsExactly("given up c1", "joined 8");
  }

  @Test
  void aContainerThatEndsIsNotWaitedFor() {
    start("c1", "c2");
    comeBack("c1", 7);

    registry.onContainerEnded("c2", "it exited with 137");

    assertThat(live()).containsExactly(7);
  }
}
