package org.millrace.runner.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.adapter.InProcessNetwork;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Envelope.MessageCase;
import org.millrace.runner.wire.proto.ExecutorRegistered;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.OpenCheckpoint;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.RegisterExecutor;
import org.millrace.runner.wire.proto.ReleaseBlocks;
import org.millrace.runner.wire.proto.ReleaseDatasets;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.ShutDown;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StopReceiver;
import org.millrace.runner.wire.proto.UseAttempt;

class ExecutorProcessTest {
  private static final Address DRIVER = new Address("local", 7000);
  private static final ExecutorTiming TIMING =
      new ExecutorTiming(100, 5, 3_000, 60_000, 10_000, 50);

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final InProcessNetwork network = new InProcessNetwork();
  private final Transport driverTransport = network.newTransport();
  private final List<String> calls = new ArrayList<>();
  private final FakeTasks tasks = new FakeTasks();
  private final FakeReceivers receivers = new FakeReceivers(tasks.calls);
  private final MemoryAccountant memory = new BudgetAccountant(1 << 20, MemoryShares.DEFAULT);
  private ScriptedDriver driver;
  private Connection toExecutor;
  private PeerLinks peerLinks;
  private Runnable marksMoved;
  private ExecutorRegistered registration;
  private DriverFinder.FoundDriver found;
  private boolean finderFails;
  private ScriptedDriver second;

  /** Connections with it stand when the test says so. */
  private Address slow;

  private final List<Runnable> heldConnections = new ArrayList<>();

  private final ExecutorProcess executor =
      new ExecutorProcess(
          new ExecutorEnvironment(
              time,
              time.loop("executor"),
              new HoldingTransport(network.newTransport()),
              this::find,
              (where, fault) -> calls.add("fatal: " + fault)),
          new ExecutorSettings(
              new ContainerDescription("container_1", "host1", 2, 1 << 28, "17", 42, "http://log"),
              new Address("local", 0),
              DRIVER,
              ScriptedDriver.EPOCH,
              TIMING),
          (message, links, moved) -> {
            registration = message;
            peerLinks = links;
            marksMoved = moved;
            return new ExecutorServices.Rooms(tasks, receivers, memory);
          });

  private final CompletableFuture<ExitReason> ended = executor.ended();

  private CompletableFuture<Optional<DriverFinder.FoundDriver>> find(long attempt) {
    calls.add("find " + attempt);
    return finderFails
        ? CompletableFuture.failedFuture(new IllegalStateException("no files now"))
        : CompletableFuture.completedFuture(Optional.ofNullable(found));
  }

  private RegisterExecutor startUntilRegistration() {
    driver = new ScriptedDriver(driverTransport, DRIVER);
    executor.start();
    time.runUntilIdle();
    List<ScriptedDriver.Message> messages = driver.taken();
    assertThat(messages).hasSize(1);
    toExecutor = messages.get(0).from();
    assertThat(messages.get(0).frame().envelope().getEpoch()).isEqualTo(ScriptedDriver.EPOCH);
    return messages.get(0).frame().envelope().getRegisterExecutor();
  }

  private void startAndRegister(boolean hasCheckpointDirectory) {
    startUntilRegistration();
    say(ScriptedDriver.registered(3, hasCheckpointDirectory));
  }

  private void say(Envelope.Builder message) {
    ScriptedDriver.send(toExecutor, message);
    time.runUntilIdle();
  }

  private List<Heartbeat> heartbeats() {
    return driver.taken(MessageCase.HEARTBEAT).stream().map(Envelope::getHeartbeat).toList();
  }

  /** Lets time pass while the driver gives a sign of life each second. */
  private void advanceWithPings(long ms) {
    for (long passed = 0; passed < ms; passed += 1_000) {
      time.advance(1_000);
      say(ScriptedDriver.ping(passed));
    }
  }

  @Test
  void registersWithWhatItIs() {
    RegisterExecutor message = startUntilRegistration();

    assertThat(message.getContainer()).isEqualTo("container_1");
    assertThat(message.getHost()).isEqualTo("host1");
    assertThat(message.getDataPort()).isPositive();
    assertThat(message.getCores()).isEqualTo(2);
    assertThat(message.getMemoryBytes()).isEqualTo(1 << 28);
    assertThat(message.getJavaVersion()).isEqualTo("17");
    assertThat(message.getProcessId()).isEqualTo(42);
    assertThat(message.getLogUrl()).isEqualTo("http://log");
  }

  @Test
  void opensItsRoomsWithWhatTheDriverResolved() {
    startUntilRegistration();
    assertThat(registration).isNull();

    say(
        Envelope.newBuilder()
            .setExecutorRegistered(
                ExecutorRegistered.newBuilder()
                    .setExecutorId(3)
                    .putConfiguration("millrace.task.maxFailures", "9")
                    .setBatchIntervalMs(500)));

    assertThat(registration.getConfigurationMap()).containsEntry("millrace.task.maxFailures", "9");
    assertThat(registration.getBatchIntervalMs()).isEqualTo(500);
    assertThat(peerLinks.self()).isEqualTo(3);
    assertThat(peerLinks.driverByReference()).isTrue();
  }

  @Test
  void triesUntilTheDriverListens() {
    executor.start();
    time.advance(2_000);
    driver = new ScriptedDriver(driverTransport, DRIVER);

    time.advance(1_000);

    assertThat(driver.taken(MessageCase.REGISTER_EXECUTOR)).hasSize(1);
  }

  @Test
  void givesUpADriverThatIsNotThereAtTheDeadline() {
    executor.start();

    time.advance(9_999);
    assertThat(ended).isNotDone();
    time.advance(1);

    assertThat(ended)
        .isCompletedWithValueMatching(reason -> reason.kind() == ExitReason.Kind.NOT_REGISTERED);
  }

  @Test
  void givesUpADriverThatDoesNotAnswerAtTheDeadline() {
    startUntilRegistration();

    time.advance(10_000);

    assertThat(ended)
        .isCompletedWithValueMatching(reason -> reason.kind() == ExitReason.Kind.NOT_REGISTERED);
    assertThat(toExecutor.isOpen()).isFalse();
  }

  @Test
  void connectsAgainWhenTheDriverHangsUpBeforeItAnswered() {
    startUntilRegistration();
    toExecutor.close();

    time.advance(1_000);

    assertThat(driver.taken(MessageCase.REGISTER_EXECUTOR)).hasSize(1);
    assertThat(ended).isNotDone();
  }

  @Test
  void sendsAHeartbeatAtOnceAndEachInterval() {
    startAndRegister(false);
    assertThat(heartbeats()).hasSize(1);

    time.advance(1_000);

    List<Heartbeat> heartbeats = heartbeats();
    assertThat(heartbeats).hasSize(10);
    Heartbeat last = heartbeats.get(9);
    assertThat(last.getSequence()).isEqualTo(10);
    assertThat(last.getRunningTasks()).isEqualTo(3);
    assertThat(last.getSpilledBytes()).isEqualTo(17);
    assertThat(last.getMemoryLimitBytes()).isEqualTo(1 << 20);
    assertThat(last.getMarksList()).isEqualTo(receivers.marks());
  }

  @Test
  void takesIntervalAndLeaseFromTheDriver() {
    startUntilRegistration();
    say(
        Envelope.newBuilder()
            .setExecutorRegistered(
                ExecutorRegistered.newBuilder()
                    .setExecutorId(3)
                    .putConfiguration("millrace.executor.heartbeatInterval", "50ms")
                    .putConfiguration("millrace.executor.taskLease", "700ms")));
    heartbeats();

    time.advance(600);
    assertThat(heartbeats()).hasSize(12);
    assertThat(tasks.calls).isEmpty();
    time.advance(100);

    assertThat(tasks.calls).containsExactly("suspend");
  }

  @Test
  void reportsAMovedMarkAtOnceButNotMoreOftenThanEachFiveMilliseconds() {
    startAndRegister(false);
    time.advance(50);
    heartbeats();

    receivers.until.set(1);
    marksMoved.run();
    time.runUntilIdle();
    assertThat(heartbeats()).singleElement().satisfies(h -> assertThat(until(h)).isEqualTo(1));

    for (int i = 2; i <= 4; i++) {
      receivers.until.set(i);
      marksMoved.run();
      time.advance(1);
    }
    assertThat(heartbeats()).isEmpty();
    time.advance(3);
    assertThat(heartbeats()).singleElement().satisfies(h -> assertThat(until(h)).isEqualTo(4));
    time.advance(20);
    assertThat(heartbeats()).isEmpty();
  }

  private static long until(Heartbeat heartbeat) {
    return heartbeat.getMarks(0).getUntil();
  }

  @Test
  void answersAPingAtOnceWithMarksAsNewAsThePing() {
    startAndRegister(false);
    heartbeats();
    receivers.until.set(12);

    say(ScriptedDriver.ping(5));

    assertThat(heartbeats())
        .singleElement()
        .satisfies(
            heartbeat -> {
              assertThat(heartbeat.getAnsweredPing()).isEqualTo(5);
              assertThat(until(heartbeat)).isEqualTo(12);
            });
  }

  @Test
  void bringsEachMessageToItsRoom() {
    startAndRegister(false);

    say(Envelope.newBuilder().setRunTasks(RunTasks.newBuilder().setJobId(1)));
    say(Envelope.newBuilder().setUseAttempt(UseAttempt.newBuilder().setJobId(2)));
    say(Envelope.newBuilder().setEndJob(EndJob.newBuilder().setJobId(3)));
    say(Envelope.newBuilder().setStartReceiver(StartReceiver.newBuilder().setReceiverId(4)));
    say(Envelope.newBuilder().setStopReceiver(StopReceiver.newBuilder().setReceiverId(5)));
    say(Envelope.newBuilder().setReleaseBlocks(ReleaseBlocks.newBuilder()));
    say(
        Envelope.newBuilder()
            .setReleaseDatasets(ReleaseDatasets.newBuilder().addDatasetIds(8).addDatasetIds(9)));
    say(ScriptedDriver.membership(6));

    assertThat(tasks.calls)
        .containsExactly(
            "run 1",
            "use 2",
            "end 3",
            "start 4",
            "stop 5",
            "release 0",
            "release datasets [8, 9]",
            "membership 6",
            "membership 6");
  }

  @Test
  void dropsAMembershipThatIsNoNewer() {
    startAndRegister(false);

    say(ScriptedDriver.membership(2));
    say(ScriptedDriver.membership(1));
    say(ScriptedDriver.membership(2));

    assertThat(tasks.calls).containsExactly("membership 2", "membership 2");
  }

  @Test
  void dropsAMessageOfAnOlderEpoch() {
    startAndRegister(false);

    toExecutor.send(
        Frame.of(
            Envelope.newBuilder()
                .setEpoch(ScriptedDriver.EPOCH - 1)
                .setShutDown(ShutDown.newBuilder().setReason("old"))
                .build()));
    time.runUntilIdle();

    assertThat(ended).isNotDone();
  }

  @Test
  void endsOnAMessageOfANewerEpoch() {
    startAndRegister(true);

    toExecutor.send(
        Frame.of(
            Envelope.newBuilder()
                .setEpoch(ScriptedDriver.EPOCH + 1)
                .setRunTasks(RunTasks.newBuilder().setJobId(1))
                .build()));
    time.runUntilIdle();

    assertThat(ended)
        .isCompletedWithValueMatching(reason -> reason.kind() == ExitReason.Kind.NEWER_EPOCH);
    assertThat(tasks.calls).containsExactly("close receivers", "close tasks");
  }

  @Test
  void closesEverythingInOrderWhenTheDriverSaysSo() {
    startAndRegister(true);
    driver.taken();

    say(Envelope.newBuilder().setShutDown(ShutDown.newBuilder().setReason("enough")));
    marksMoved.run();
    peerLinks.sendToDriver(ScriptedDriver.ping(1), null);
    time.advance(5_000);

    assertThat(ended).isCompletedWithValue(new ExitReason(ExitReason.Kind.SHUT_DOWN, "enough"));
    assertThat(tasks.calls).containsExactly("close receivers", "close tasks");
    assertThat(toExecutor.isOpen()).isFalse();
    assertThat(driver.taken()).isEmpty();
  }

  @Test
  void stopsWhenItsProcessIsTold() {
    startAndRegister(true);

    executor.stop("SIGTERM");
    time.runUntilIdle();
    executor.stop("again");

    assertThat(ended).isCompletedWithValue(new ExitReason(ExitReason.Kind.STOPPED, "SIGTERM"));
    assertThat(tasks.calls).containsExactly("close receivers", "close tasks");
  }

  @Test
  void livesAsLongAsTheDriverGivesSignsOfLife() {
    startAndRegister(false);

    advanceWithPings(60_000);

    assertThat(ended).isNotDone();
    assertThat(tasks.calls).isEmpty();
  }

  @Test
  void waitsForASilentDriverThatNobodyWouldTakeOverFrom() {
    startAndRegister(false);

    time.advance(2_999);
    assertThat(tasks.calls).isEmpty();
    time.advance(50_000);
    assertThat(tasks.calls).containsExactly("suspend");
    assertThat(ended).isNotDone();

    say(ScriptedDriver.ping(1));
    assertThat(tasks.calls).containsExactly("suspend", "resume");
    assertThat(ended).isNotDone();
  }

  @Test
  void endsWhenTheConnectionWithASilentDriverBreaksAndNobodyWillTakeOver() {
    startAndRegister(false);
    time.advance(10_000);
    assertThat(tasks.calls).containsExactly("suspend");

    toExecutor.close();
    time.runUntilIdle();

    assertThat(ended)
        .isCompletedWithValueMatching(reason -> reason.kind() == ExitReason.Kind.DRIVER_LOST);
  }

  @Test
  void endsAtTheLifeLeaseWhenNobodyWillTakeOver() {
    startAndRegister(false);

    time.advance(62_999);
    assertThat(ended).isNotDone();
    time.advance(2);

    assertThat(ended)
        .isCompletedWithValueMatching(reason -> reason.kind() == ExitReason.Kind.DRIVER_LOST);
    assertThat(ExitReason.Kind.DRIVER_LOST.exitCode()).isZero();
  }

  @Test
  void suspendsTasksWhenTheDriverIsSilentAndResumesWhenItIsHeard() {
    startAndRegister(true);

    time.advance(3_001);
    assertThat(tasks.calls).containsExactly("suspend");
    say(ScriptedDriver.ping(1));
    assertThat(tasks.calls).containsExactly("suspend", "resume");
    time.advance(3_001);

    assertThat(tasks.calls).containsExactly("suspend", "resume", "suspend");
    assertThat(ended).isNotDone();
  }

  @Test
  void endsAtTheLifeLeaseWhenNoDriverComesBack() {
    startAndRegister(true);

    time.advance(62_999);
    assertThat(ended).isNotDone();
    time.advance(2);

    assertThat(ended)
        .isCompletedWithValueMatching(reason -> reason.kind() == ExitReason.Kind.DRIVER_LOST);
  }

  @Test
  void endsAtOnceWhenTheConnectionBreaksAndNobodyWillTakeOver() {
    startAndRegister(false);

    toExecutor.close();
    time.runUntilIdle();

    assertThat(ended)
        .isCompletedWithValueMatching(reason -> reason.kind() == ExitReason.Kind.DRIVER_LOST);
  }

  @Test
  void suspendsTasksAtOnceWhenTheConnectionBreaks() {
    startAndRegister(true);

    toExecutor.close();
    time.runUntilIdle();

    assertThat(tasks.calls).containsExactly("suspend");
    assertThat(receivers.hasDriver).isFalse();
    assertThat(ended).isNotDone();
  }

  /** The driver is gone, the next one listens and is found. */
  private RegisterExecutor returnOfTheDriver(long attempt) {
    Address address = new Address("local", (int) (7000 + attempt));
    second = new ScriptedDriver(driverTransport, address, attempt);
    found = new DriverFinder.FoundDriver(attempt, address);
    toExecutor.close();
    time.advance(1_100);
    ScriptedDriver.Message message = second.taken().get(0);
    toExecutor = message.from();
    assertThat(message.frame().envelope().getEpoch()).isEqualTo(attempt);
    return message.frame().envelope().getRegisterExecutor();
  }

  private void sayAsSecond(Envelope.Builder message) {
    second.answer(toExecutor, message);
    time.runUntilIdle();
  }

  @Test
  void registersWithTheNextDriverAsWhatItWasAndTellsWhatItHas() {
    startAndRegister(true);
    receivers.until.set(77);

    RegisterExecutor message = returnOfTheDriver(8);

    assertThat(message.getContainer()).isEqualTo("container_1");
    assertThat(message.getPreviousId()).isEqualTo(3);
    assertThat(message.getPreviousAttempt()).isEqualTo(7);
    assertThat(message.getCheckpointLog()).isEqualTo("e000001-000003");
    assertThat(message.getMarksList()).isEqualTo(receivers.marks());
    assertThat(message.getMarks(0).getUntil()).isEqualTo(77);
    assertThat(message.getReceiversList()).isEqualTo(receivers.running());
    assertThat(message.getStatesList()).isEqualTo(tasks.states());
  }

  @Test
  void forgetsWhatTheDriverBeforeHasNamedAndGoesOnUnderTheNextOne() {
    startAndRegister(true);
    say(ScriptedDriver.ping(41));
    say(ScriptedDriver.membership(30, ScriptedDriver.address(3, new Address("local", 1))));
    tasks.calls.clear();

    returnOfTheDriver(8);
    assertThat(tasks.calls).containsExactly("suspend", "reset 8");
    assertThat(receivers.hasDriver).isFalse();
    second.taken();
    sayAsSecond(ScriptedDriver.registered(3, true));
    time.advance(100);
    assertThat(receivers.hasDriver).isTrue();
    assertThat(second.taken(MessageCase.HEARTBEAT))
        .isNotEmpty()
        .allSatisfy(beat -> assertThat(beat.getEpoch()).isEqualTo(8))
        .allSatisfy(beat -> assertThat(beat.getHeartbeat().getAnsweredPing()).isZero());
    sayAsSecond(ScriptedDriver.membership(1, ScriptedDriver.address(3, new Address("local", 1))));
    sayAsSecond(Envelope.newBuilder().setRunTasks(RunTasks.newBuilder().setJobId(1)));

    assertThat(tasks.calls)
        .containsExactly("suspend", "reset 8", "membership 1", "membership 1", "run 1");
    time.advance(2_000);
    assertThat(ended).isNotDone();
  }

  @Test
  void tellsTheNextDriverWhatHappenedWhileItWasAsked() {
    startAndRegister(true);
    returnOfTheDriver(8);

    peerLinks.sendToDriver(
        Envelope.newBuilder().setReceiverReport(ReceiverReport.newBuilder().setReceiverId(6)),
        null);
    time.runUntilIdle();
    assertThat(second.taken(MessageCase.RECEIVER_REPORT)).isEmpty();
    sayAsSecond(ScriptedDriver.registered(3, true));

    assertThat(second.taken(MessageCase.RECEIVER_REPORT))
        .singleElement()
        .satisfies(report -> assertThat(report.getEpoch()).isEqualTo(8));
  }

  /** So that few find it soon, and many do not ask HDFS too often. */
  @Test
  void looksForTheNextDriverAsOftenAsItsHeartbeatsWere() {
    startAndRegister(true);
    finderFails = true;
    calls.clear();

    toExecutor.close();
    time.advance(20_000);
    assertThat(calls).containsOnly("find 7").hasSize(201);
    finderFails = false;
    found = new DriverFinder.FoundDriver(7, DRIVER);
    time.advance(2_000);

    assertThat(driver.taken(MessageCase.REGISTER_EXECUTOR)).as("that is the dead one").isEmpty();
  }

  @Test
  void looksLessOftenWhenTheDriverWantedFewerHeartbeats() {
    startAndRegister(true);
    Envelope.Builder ping = ScriptedDriver.ping(1);
    ping.getPingBuilder().setHeartbeatMs(1_000);
    say(ping);
    calls.clear();

    toExecutor.close();
    time.advance(20_000);

    assertThat(calls).containsOnly("find 7").hasSize(21);
  }

  @Test
  void leavesASilentDriverWhenANewerOneIsThere() {
    startAndRegister(true);
    Connection toSilentOne = toExecutor;
    Address address = new Address("local", 7_009);
    second = new ScriptedDriver(driverTransport, address, 9);
    found = new DriverFinder.FoundDriver(9, address);

    time.advance(3_100);

    assertThat(toSilentOne.isOpen()).isFalse();
    assertThat(second.taken(MessageCase.REGISTER_EXECUTOR)).hasSize(1);
    assertThat(tasks.calls).containsExactly("suspend", "reset 9");
  }

  @Test
  void looksForAnotherOneWhenTheNextDriverDiesBeforeItAnswers() {
    startAndRegister(true);
    returnOfTheDriver(8);
    toExecutor.close();
    time.runUntilIdle();
    Address address = new Address("local", 7_009);
    ScriptedDriver third = new ScriptedDriver(driverTransport, address, 9);
    found = new DriverFinder.FoundDriver(9, address);

    time.advance(2_000);

    RegisterExecutor message =
        third.taken(MessageCase.REGISTER_EXECUTOR).get(0).getRegisterExecutor();
    assertThat(message.getPreviousId()).isEqualTo(3);
    assertThat(message.getPreviousAttempt()).as("the last that registered it").isEqualTo(7);
    assertThat(tasks.calls).containsExactly("suspend", "reset 8", "reset 9");
  }

  @Test
  void looksOnWhenTheNextDriverIsSilentOrCannotBeReached() {
    startAndRegister(true);
    returnOfTheDriver(8);
    time.advance(10_000);
    assertThat(toExecutor.isOpen()).isFalse();
    found = new DriverFinder.FoundDriver(9, new Address("local", 1));
    time.advance(10_000);
    Address address = new Address("local", 7_010);
    ScriptedDriver third = new ScriptedDriver(driverTransport, address, 10);
    found = new DriverFinder.FoundDriver(10, address);

    time.advance(2_000);

    assertThat(third.taken(MessageCase.REGISTER_EXECUTOR)).hasSize(1);
  }

  @Test
  void endsAtTheLifeLeaseWhenNextDriversNeverAnswer() {
    startAndRegister(true);
    returnOfTheDriver(8);

    time.advance(58_000);
    assertThat(ended).isNotDone();
    time.advance(1_000);

    assertThat(ended)
        .isCompletedWithValueMatching(reason -> reason.kind() == ExitReason.Kind.DRIVER_LOST);
  }

  @Test
  void endsWhenTheNextDriverDoesNotWantIt() {
    startAndRegister(true);
    returnOfTheDriver(8);

    sayAsSecond(Envelope.newBuilder().setShutDown(ShutDown.newBuilder().setReason("given up")));

    assertThat(ended).isCompletedWithValue(new ExitReason(ExitReason.Kind.SHUT_DOWN, "given up"));
  }

  @Test
  void findsTheNextDriverWhenTheOneThatStartedItDiedBeforeTheyMet() {
    Address address = new Address("local", 7_008);
    second = new ScriptedDriver(driverTransport, address, 8);
    executor.start();
    time.advance(500);
    found = new DriverFinder.FoundDriver(8, address);

    time.advance(1_100);

    ScriptedDriver.Message message = second.taken().get(0);
    RegisterExecutor registration = message.frame().envelope().getRegisterExecutor();
    assertThat(registration.getPreviousId()).isZero();
    assertThat(registration.getPreviousAttempt()).isEqualTo(7);
    toExecutor = message.from();
    sayAsSecond(ScriptedDriver.registered(1 << 20 | 1, false));
    assertThat(peerLinks.self()).isEqualTo(1 << 20 | 1);
    assertThat(second.taken(MessageCase.HEARTBEAT)).isNotEmpty();
  }

  @Test
  void callsTheNextDriverOnceWhileTheOneThatStartedItDoesNotAnswer() {
    findOneThatAnswersLate();
    executor.start();
    time.advance(3_000);
    wasCalledOnce();
  }

  @Test
  void callsTheNextDriverOnceWhenTheOneBeforeIsHeardAndLostAgain() {
    startAndRegister(true);
    findOneThatAnswersLate();
    time.advance(3_100);
    say(ScriptedDriver.ping(1));
    time.advance(3_100);
    wasCalledOnce();
  }

  private void findOneThatAnswersLate() {
    slow = new Address("local", 7_008);
    second = new ScriptedDriver(driverTransport, slow, 8);
    found = new DriverFinder.FoundDriver(8, slow);
  }

  /** The connection that it was asked for stands now. */
  private void wasCalledOnce() {
    assertThat(heldConnections).hasSize(1);

    heldConnections.forEach(Runnable::run);
    time.advance(100);

    assertThat(second.taken(MessageCase.REGISTER_EXECUTOR)).hasSize(1);
    assertThat(ended).isNotDone();
  }

  @Test
  void waitsForAnotherDriverSinceTheCheckpointIsOpen() {
    startAndRegister(false);
    say(Envelope.newBuilder().setOpenCheckpoint(OpenCheckpoint.newBuilder().setDirectory("d")));

    toExecutor.close();
    time.runUntilIdle();

    assertThat(ended).isNotDone();
  }

  @Test
  void failsOnAMessageThatIsNotForExecutors() {
    startAndRegister(false);

    assertThatThrownBy(
            () -> say(Envelope.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance())))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
  }

  /** Holds the connections with a slow address. */
  private final class HoldingTransport implements Transport {
    private final Transport behind;

    HoldingTransport(Transport behind) {
      this.behind = behind;
    }

    @Override
    public Address listen(Address listenAddress, FrameHandler handler) {
      return behind.listen(listenAddress, handler);
    }

    @Override
    public CompletableFuture<Connection> connect(
        Address address, String self, FrameHandler handler) {
      if (!address.equals(slow)) {
        return behind.connect(address, self, handler);
      }
      CompletableFuture<Connection> held = new CompletableFuture<>();
      heldConnections.add(() -> held.complete(behind.connect(address, self, handler).join()));
      return held;
    }

    @Override
    public long refusedConnections() {
      return behind.refusedConnections();
    }

    @Override
    public void close() {
      behind.close();
    }
  }
}
