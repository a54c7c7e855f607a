package org.millrace.runner.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.runner.executor.ScriptedDriver.Message;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.adapter.NettySettings;
import org.millrace.runner.wire.adapter.NettyTransport;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Envelope.MessageCase;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.ReplicateBlock;
import org.millrace.runner.wire.proto.ShutDown;

/** Executor processes on real threads and real sockets under a driver that a test plays. */
class ExecutorsOverTcpTest {
  private static final Address LOOPBACK = new Address("127.0.0.1", 0);
  private static final long DEADLINE_MS = 120_000;

  private final Credential credential = credential(1);
  private final Transport driverTransport = new NettyTransport(credential, NettySettings.DEFAULT);
  private final ScriptedDriver driver = new ScriptedDriver(driverTransport, LOOPBACK);
  private final List<ThreadLoop> loops = new ArrayList<>();
  private final List<ExecutorProcess> executors = new ArrayList<>();
  private final List<Throwable> faults = new CopyOnWriteArrayList<>();
  private final Map<Integer, PeerLinks> links = new ConcurrentHashMap<>();
  private final BlockingQueue<String> arrivals = new LinkedBlockingQueue<>();
  private final AtomicReference<DriverFinder.FoundDriver> returned = new AtomicReference<>();
  private final DriverFinder drivers =
      attempt -> CompletableFuture.completedFuture(Optional.ofNullable(returned.get()));

  private static Credential credential(long seed) {
    byte[] secret = new byte[Credential.SIZE_BYTES];
    new Random(seed).nextBytes(secret);
    return Credential.of(secret);
  }

  private ExecutorProcess executor(String container, Credential secret, long deadlineMs) {
    ThreadLoop loop = ThreadLoop.start(container, (where, fault) -> faults.add(fault));
    loops.add(loop);
    FakeReceivers receivers =
        new FakeReceivers() {
          @Override
          public void onPeerFrame(int fromExecutor, Frame frame) {
            arrivals.add(
                "%s: %s from %d, %d bytes"
                    .formatted(
                        container,
                        frame.envelope().getReplicateBlock().getSequence(),
                        fromExecutor,
                        frame.payload().sizeBytes()));
          }
        };
    ExecutorProcess executor =
        new ExecutorProcess(
            new ExecutorEnvironment(
                new SystemClock(),
                loop,
                new NettyTransport(secret, NettySettings.DEFAULT),
                drivers,
                (where, fault) -> faults.add(fault)),
            new ExecutorSettings(
                new ContainerDescription(container, "127.0.0.1", 1, 1 << 28, "17", 1, ""),
                LOOPBACK,
                driver.address(),
                ScriptedDriver.EPOCH,
                // Nobody is given up because a thread had to wait for a core.
                new ExecutorTiming(20, 5, 600_000, 600_000, deadlineMs, 50)),
            (registered, peerLinks, marksMoved) -> {
              links.put(registered.getExecutorId(), peerLinks);
              return new ExecutorServices.Rooms(
                  new FakeTasks(), receivers, new BudgetAccountant(1 << 20, MemoryShares.DEFAULT));
            });
    executors.add(executor);
    executor.start();
    return executor;
  }

  private static Envelope block(long sequence) {
    return Envelope.newBuilder()
        .setReplicateBlock(ReplicateBlock.newBuilder().setSequence(sequence))
        .build();
  }

  private String nextArrival() throws InterruptedException {
    String arrival = arrivals.poll(DEADLINE_MS, TimeUnit.MILLISECONDS);
    if (arrival == null) {
      throw new AssertionError("Nothing arrived within " + DEADLINE_MS + " ms");
    }
    return arrival;
  }

  @AfterEach
  void close() throws Exception {
    for (ExecutorProcess executor : executors) {
      executor.stop("end of test");
      executor.ended().get(DEADLINE_MS, TimeUnit.MILLISECONDS);
    }
    loops.forEach(ThreadLoop::close);
    driverTransport.close();
    assertThat(faults).isEmpty();
  }

  @Test
  void registerReportTalkToEachOtherAndShutDown() throws Exception {
    ExecutorProcess first = executor("one", credential, DEADLINE_MS);
    Message one = driver.await(MessageCase.REGISTER_EXECUTOR);
    ScriptedDriver.send(one.from(), ScriptedDriver.registered(1, false));
    ExecutorProcess second = executor("two", credential, DEADLINE_MS);
    Message two = awaitRegistration("two");
    ScriptedDriver.send(two.from(), ScriptedDriver.registered(2, false));
    Envelope.Builder membership =
        ScriptedDriver.membership(1, addressOf(1, one), addressOf(2, two));
    ScriptedDriver.send(one.from(), membership);
    ScriptedDriver.send(two.from(), membership);
    ScriptedDriver.send(one.from(), ScriptedDriver.ping(1));
    ScriptedDriver.send(two.from(), ScriptedDriver.ping(1));
    awaitAnswerOf(one);
    awaitAnswerOf(two);

    for (int i = 0; i < 20; i++) {
      links.get(1).send(2, Frame.of(block(i), ByteBuffer.allocate(1 << 20)));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(nextArrival()).isEqualTo("two: %d from 1, 1048576 bytes".formatted(i));
    }
    links.get(2).send(1, Frame.of(block(9)));
    assertThat(nextArrival()).isEqualTo("one: 9 from 2, 0 bytes");

    Envelope.Builder shutDown =
        Envelope.newBuilder().setShutDown(ShutDown.newBuilder().setReason("done"));
    ScriptedDriver.send(one.from(), shutDown);
    ScriptedDriver.send(two.from(), shutDown);
    ExitReason done = new ExitReason(ExitReason.Kind.SHUT_DOWN, "done");
    assertThat(first.ended().get(DEADLINE_MS, TimeUnit.MILLISECONDS)).isEqualTo(done);
    assertThat(second.ended().get(DEADLINE_MS, TimeUnit.MILLISECONDS)).isEqualTo(done);
    driver.awaitClosed();
    driver.awaitClosed();
    assertThat(driverTransport.refusedConnections()).isZero();
  }

  @Test
  void anExecutorWithAnotherSecretIsRefusedAndCountedAndEnds() throws Exception {
    ExecutorProcess stranger = executor("stranger", credential(2), DEADLINE_MS);

    ExitReason reason = stranger.ended().get(DEADLINE_MS, TimeUnit.MILLISECONDS);

    assertThat(reason.kind()).isEqualTo(ExitReason.Kind.REFUSED);
    assertThat(reason.kind().exitCode()).isEqualTo(1);
    awaitRefused(1);
    assertThat(driver.taken()).isEmpty();
  }

  @Test
  void anExecutorEndsWhenItsDriverDies() throws Exception {
    ExecutorProcess executor = executor("one", credential, DEADLINE_MS);
    Message one = driver.await(MessageCase.REGISTER_EXECUTOR);
    ScriptedDriver.send(one.from(), ScriptedDriver.registered(1, false));
    driver.await(MessageCase.HEARTBEAT);

    driverTransport.close();

    assertThat(executor.ended().get(DEADLINE_MS, TimeUnit.MILLISECONDS).kind())
        .isEqualTo(ExitReason.Kind.DRIVER_LOST);
  }

  @Test
  void executorsGoOnUnderTheNextDriverWithTheirIdsAndTheirLinks() throws Exception {
    executor("one", credential, DEADLINE_MS);
    Message one = driver.await(MessageCase.REGISTER_EXECUTOR);
    ScriptedDriver.send(one.from(), ScriptedDriver.registered(1, true));
    executor("two", credential, DEADLINE_MS);
    Message two = awaitRegistration("two");
    ScriptedDriver.send(two.from(), ScriptedDriver.registered(2, true));
    Envelope.Builder membership =
        ScriptedDriver.membership(9, addressOf(1, one), addressOf(2, two));
    ScriptedDriver.send(one.from(), membership);
    ScriptedDriver.send(two.from(), membership);
    awaitAnswersTo(driver, 1, one, two);
    driverTransport.close();
    links.get(1).send(2, Frame.of(block(1)));
    assertThat(nextArrival()).isEqualTo("two: 1 from 1, 0 bytes");

    try (Transport transport = new NettyTransport(credential, NettySettings.DEFAULT)) {
      ScriptedDriver second = new ScriptedDriver(transport, LOOPBACK, ScriptedDriver.EPOCH + 1);
      returned.set(new DriverFinder.FoundDriver(ScriptedDriver.EPOCH + 1, second.address()));
      Map<String, Message> back = new HashMap<>();
      for (int i = 0; i < 2; i++) {
        Message message = second.await(MessageCase.REGISTER_EXECUTOR);
        back.put(message.frame().envelope().getRegisterExecutor().getContainer(), message);
      }
      assertThat(previousId(back.get("one"))).isEqualTo(1);
      assertThat(previousId(back.get("two"))).isEqualTo(2);
      links.get(2).send(1, Frame.of(block(2)));
      assertThat(nextArrival()).isEqualTo("one: 2 from 2, 0 bytes");
      second.answer(back.get("one").from(), ScriptedDriver.registered(1, true));
      second.answer(back.get("two").from(), ScriptedDriver.registered(2, true));
      Envelope.Builder again =
          ScriptedDriver.membership(
              1, addressOf(1, back.get("one")), addressOf(2, back.get("two")));
      second.answer(back.get("one").from(), again);
      second.answer(back.get("two").from(), again);
      awaitAnswersTo(second, 1, back.get("one"), back.get("two"));
      links.get(1).send(2, Frame.of(block(3)));
      assertThat(nextArrival()).isEqualTo("two: 3 from 1, 0 bytes");
      for (ExecutorProcess executor : executors) {
        executor.stop("end of test");
        executor.ended().get(DEADLINE_MS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private static int previousId(Message registration) {
    return registration.frame().envelope().getRegisterExecutor().getPreviousId();
  }

  private static void awaitAnswersTo(ScriptedDriver driver, long ping, Message... executors)
      throws InterruptedException {
    Set<Connection> open = new HashSet<>();
    for (Message executor : executors) {
      open.add(executor.from());
      driver.answer(executor.from(), ScriptedDriver.ping(ping));
    }
    for (int i = 0; i < 1_000 && !open.isEmpty(); i++) {
      Message message = driver.await(MessageCase.HEARTBEAT);
      if (message.frame().envelope().getHeartbeat().getAnsweredPing() == ping) {
        open.remove(message.from());
      }
    }
    assertThat(open).isEmpty();
  }

  private Message awaitRegistration(String container) throws InterruptedException {
    Message message = driver.await(MessageCase.REGISTER_EXECUTOR);
    assertThat(message.frame().envelope().getRegisterExecutor().getContainer())
        .isEqualTo(container);
    return message;
  }

  /** The driver's side sees the end of the connection on its own thread. */
  private void awaitRefused(long connections) {
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MS);
    while (driverTransport.refusedConnections() < connections) {
      assertThat(System.nanoTime() - deadlineNanos).as("deadline passed").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(driverTransport.refusedConnections()).isEqualTo(connections);
  }

  private void awaitAnswerOf(Message executor) throws InterruptedException {
    Message message = driver.await(MessageCase.HEARTBEAT);
    for (int i = 0; i < 1_000; i++) {
      boolean answered = message.frame().envelope().getHeartbeat().getAnsweredPing() == 1;
      if (answered && message.from().equals(executor.from())) {
        return;
      }
      message = driver.await(MessageCase.HEARTBEAT);
    }
    throw new AssertionError("No answer to the ping in 1000 heartbeats");
  }

  private static ExecutorAddress addressOf(int executorId, Message registration) {
    int port = registration.frame().envelope().getRegisterExecutor().getDataPort();
    return ScriptedDriver.address(executorId, new Address("127.0.0.1", port));
  }
}
