package org.millrace.am.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.am.driver.ExecutorRegistry.RegistrySettings;
import org.millrace.am.log.Journal;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchBroadcast;
import org.millrace.runner.wire.proto.RegisterExecutor;

class ExecutorGroupTest {
  private final SimulatedTime time = SimulatedTime.inOrder();
  private final Loop loop = time.loop("driver");
  private final List<MillraceException> failures = new ArrayList<>();
  private final ExecutorGroup group =
      new ExecutorGroup(
          new RegistrySettings(1, Map.of(), 5_000),
          Settings.resolve(Map.of(), Map.of()),
          new ClosedJournal(),
          loop,
          time,
          failures::add);

  @Test
  void takesNoMessageOfAnExecutorOnceTheLogCloses() {
    loop.execute(() -> group.close("the program closed its context"));
    // Without the driver's broadcasts it could not be answered.
    Frame late =
        Frame.of(
            Envelope.newBuilder()
                .setEpoch(1)
                .setFetchBroadcast(FetchBroadcast.getDefaultInstance())
                .build());
    loop.execute(() -> group.onMessage(1, late));

    assertThatCode(time::runUntilIdle).doesNotThrowAnyException();
    assertThat(failures).isEmpty();
  }

  @Test
  void keyedStateWaitsForAllExecutors() {
    ExecutorGroup two = ofTwo();
    CompletableFuture<Void> ready = two.ready(true);
    register(two, "c1");
    time.advance(29_000);
    assertThat(ready).isNotDone();

    register(two, "c2");
    assertThat(ready).isCompleted();
  }

  @Test
  void keyedStateDoesNotWaitForAnExecutorThatIsVeryLate() {
    ExecutorGroup two = ofTwo();
    register(two, "c1");
    CompletableFuture<Void> ready = two.ready(true);
    time.advance(29_000);
    assertThat(ready).isNotDone();

    time.advance(1_000);
    assertThat(ready).isCompleted();
  }

  @Test
  void aProgramWithoutStateWaitsForALateExecutorOnlyShortly() {
    ExecutorGroup two = ofTwo();
    CompletableFuture<Void> ready = two.ready(false);
    time.advance(60_000);
    assertThat(ready).as("nobody is there").isNotDone();

    register(two, "c1");
    time.advance(1_499);
    assertThat(ready).isNotDone();

    time.advance(1);
    assertThat(ready).isCompleted();
  }

  @Test
  void nobodyIsWaitedWithWhenTheOnlyExecutorIsLostAgain() {
    ExecutorGroup two = ofTwo();
    CompletableFuture<Void> ready = two.ready(true);
    FakeConnection first = register(two, "c1");
    loop.execute(() -> two.registry().onClosed(first, Optional.empty()));
    time.advance(60_000);
    assertThat(ready).isNotDone();

    register(two, "c2");
    time.advance(30_000);
    assertThat(ready).isCompleted();
  }

  @Test
  void aStartThatTakesLongIsNotGivenUpWhileAnExecutorLives() {
    ExecutorGroup two = ofTwo();
    register(two, "c1");
    time.advance(300_000);
    assertThat(failures).isEmpty();

    CompletableFuture<Void> ready = two.ready(true);
    time.advance(30_000);
    assertThat(ready).isCompleted();
    assertThat(failures).isEmpty();
  }

  @Test
  void isGivenUpWhenNoExecutorComes() {
    ofTwo();
    time.advance(119_000);
    assertThat(failures).isEmpty();

    time.advance(1_000);
    assertThat(failures).hasSize(1);
  }

  private ExecutorGroup ofTwo() {
    ExecutorGroup two =
        new ExecutorGroup(
            new RegistrySettings(1, Map.of(), 600_000),
            Settings.resolve(Map.of("millrace.executor.instances", "2"), Map.of()),
            new ForgetfulJournal(),
            loop,
            time,
            failures::add);
    loop.execute(() -> two.start(new NoCluster()));
    time.runUntilIdle();
    return two;
  }

  private FakeConnection register(ExecutorGroup group, String container) {
    FakeConnection connection = new FakeConnection(container);
    Envelope message =
        Envelope.newBuilder()
            .setRegisterExecutor(
                RegisterExecutor.newBuilder().setContainer(container).setHost("host").setCores(1))
            .build();
    loop.execute(() -> group.registry().onFrame(connection, Frame.of(message)));
    time.runUntilIdle();
    return connection;
  }

  /** Nobody is launched: tests register whom they want. */
  private static final class NoCluster implements ClusterResources {
    @Override
    public void start(Listener listener) {}

    @Override
    public void requestExecutors(int total) {}

    @Override
    public void releaseExecutor(String container) {}

    @Override
    public void reportProgress(float progress, String diagnostics) {}

    @Override
    public void close() {}
  }

  private static final class ForgetfulJournal implements Journal {
    @Override
    public void append(DriverEvent event) {
      // What executors join is not looked at here.
    }

    @Override
    public void whenDurable(Runnable action) {
      action.run();
    }
  }

  private static final class ClosedJournal implements Journal {
    @Override
    public void append(DriverEvent event) {
      throw new IllegalStateException("the log is closed, but got " + event);
    }

    @Override
    public void whenDurable(Runnable action) {
      throw new IllegalStateException("the log is closed");
    }
  }
}
