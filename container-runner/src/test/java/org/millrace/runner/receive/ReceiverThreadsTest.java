package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.socket.RawSocketWriter;
import org.millrace.api.streaming.socket.SocketReceivers;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;
import org.millrace.runner.block.Block;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.StreamMark;

/** Receivers on threads, with real loops, and the sockets they read. */
class ReceiverThreadsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(200);
  private static final ReceiverSettings QUICK_RESTART =
      new ReceiverSettings(4 << 20, 20, 200, 16L << 20, 500, 5_000, 30_000);

  private final List<Throwable> faults = new ArrayList<>();
  private final FatalHandler fatal = (where, fault) -> faults.add(fault);
  private final List<ThreadLoop> loops = new ArrayList<>();
  private final List<PeerExecutor> executors = new ArrayList<>();
  private final ThreadPoolWork work = new ThreadPoolWork("test", 1);
  private final PeerNetwork network = new PeerNetwork(loop("wire"), new SystemClock(), work);

  /** As many as are wanted: they wait for each other. */
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private CompletableFuture<Void> later(Runnable action) {
    return CompletableFuture.runAsync(action, threads);
  }

  private ThreadLoop loop(String name) {
    ThreadLoop loop = ThreadLoop.start(name, fatal);
    loops.add(loop);
    return loop;
  }

  private PeerExecutor executor(int id, long memoryBytes) {
    PeerExecutor executor =
        network.add(id, "host-" + id, loop("executor-" + id), memoryBytes, QUICK_RESTART);
    executors.add(executor);
    return executor;
  }

  @AfterEach
  void close() {
    executors.forEach(PeerExecutor::close);
    loops.forEach(ThreadLoop::close);
    work.close();
    threads.shutdown();
    assertThat(faults).isEmpty();
  }

  @Test
  void aReliableStoreReturnsWhenTheCopyIsMade() throws Exception {
    PeerExecutor primary = executor(1, 8 << 20);
    PeerExecutor peer = executor(2, 8 << 20);
    network.announce();
    HandReceiver receiver = HandReceiver.of(BlockFormat.OBJECTS);
    primary.start(7, receiver, 2);
    await(receiver::isRunning);
    receiver.started().store("before");
    network.closeLinkTo(2);
    CompletableFuture<Void> stored = later(() -> receiver.started().store(List.of("a", "b", "c")));
    await(() -> primary.store().ranges().stream().anyMatch(range -> range.until() == 2));
    assertThat(stored).isNotDone();
    network.openLinkTo(2);
    stored.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    assertThat(peer.store().ranges().get(0).until()).isEqualTo(2);
    assertThat(peer.store().ranges().get(0).untilRecords()).isEqualTo(4);
  }

  @Test
  void aReliableStoreOfBytesReturnsWhenTheCopyIsMade() throws Exception {
    PeerExecutor primary = executor(1, 8 << 20);
    PeerExecutor peer = executor(2, 8 << 20);
    network.announce();
    HandReceiver receiver = HandReceiver.of(BlockFormat.TEXT_LINES);
    primary.start(7, receiver, 2);
    await(receiver::isRunning);
    network.closeLinkTo(2);
    CompletableFuture<Void> stored =
        later(
            () ->
                receiver
                    .started()
                    .store(ByteBuffer.wrap("a\nb\nc\n".getBytes(StandardCharsets.UTF_8))));
    await(() -> primary.store().ranges().stream().anyMatch(range -> range.until() == 1));
    assertThat(stored).isNotDone();
    network.openLinkTo(2);
    stored.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    assertThat(peer.store().ranges().get(0).untilRecords()).isEqualTo(3);
  }

  @Test
  void aFastSourceWaitsAndEveryRecordIsStoredOnce() {
    PeerExecutor primary = executor(1, 2 << 20);
    executor(2, 2 << 20);
    network.announce();
    HandReceiver receiver = HandReceiver.of(BlockFormat.TEXT_LINES);
    primary.start(7, receiver, 2);
    await(receiver::isRunning);
    int perThread = 100_000;
    List<CompletableFuture<Void>> producers =
        IntStream.range(0, 3)
            .mapToObj(
                thread ->
                    later(() -> produceLines(receiver.started(), thread * perThread, perThread)))
            .toList();
    Consumption consumption = new Consumption(primary, 3 * perThread);
    consumption.run();
    producers.forEach(CompletableFuture::join);
    assertThat(consumption.seen.cardinality()).isEqualTo(3 * perThread);
    assertThat(consumption.twice).isZero();
    assertThat(consumption.mostUsedBytes)
        .isLessThanOrEqualTo(primary.accountant().maximumBytes(Use.BLOCKS));
    await(() -> primary.accountant().usedBytes() == 0);
  }

  @Test
  void objectsOfAFastSourceWaitToo() {
    PeerExecutor primary = executor(1, 2 << 20);
    network.announce();
    HandReceiver receiver = HandReceiver.of(BlockFormat.OBJECTS);
    primary.start(7, receiver, 1);
    await(receiver::isRunning);
    int count = 300_000;
    CompletableFuture<Void> producer =
        later(
            () -> IntStream.range(0, count).forEach(i -> receiver.started().store("number " + i)));
    Consumption consumption = new Consumption(primary, count);
    consumption.run();
    producer.join();
    assertThat(consumption.seen.cardinality()).isEqualTo(count);
    assertThat(consumption.twice).isZero();
    assertThat(consumption.mostUsedBytes)
        .as("one record and its page may be over the bound")
        .isLessThanOrEqualTo(primary.accountant().maximumBytes(Use.BLOCKS) + (512 << 10));
    await(() -> primary.accountant().usedBytes() == 0);
  }

  @Test
  void executorsThatCopyToEachOtherDoNotBlockEachOther() {
    PeerExecutor one = executor(1, 1 << 20);
    PeerExecutor two = executor(2, 1 << 20);
    network.announce();
    List<HandReceiver> receivers =
        List.of(HandReceiver.of(BlockFormat.TEXT_LINES), HandReceiver.of(BlockFormat.TEXT_LINES));
    one.start(7, receivers.get(0), 2);
    two.start(7, receivers.get(1), 2);
    int count = 100_000;
    List<CompletableFuture<Void>> producers = new ArrayList<>();
    for (HandReceiver receiver : receivers) {
      await(receiver::isRunning);
      producers.add(later(() -> produceLines(receiver.started(), 0, count)));
    }
    Consumption first = new Consumption(one, count);
    Consumption second = new Consumption(two, count);
    CompletableFuture<Void> other = later(second::run);
    first.run();
    other.join();
    producers.forEach(CompletableFuture::join);
    assertThat(first.seen.cardinality()).isEqualTo(count);
    assertThat(second.seen.cardinality()).isEqualTo(count);
  }

  @Test
  void aStopFreesThreadsThatWaitForMemory() throws Exception {
    PeerExecutor primary = executor(1, 1 << 20);
    network.announce();
    HandReceiver receiver = HandReceiver.of(BlockFormat.TEXT_LINES);
    primary.start(7, receiver, 1);
    await(receiver::isRunning);
    CompletableFuture<Void> producer = later(() -> produceLines(receiver.started(), 0, 1_000_000));
    await(() -> isThrottled(primary));
    primary.stop(7, false);
    assertThat(producer.handle((done, error) -> error).get(DEADLINE.toSeconds(), TimeUnit.SECONDS))
        .hasMessageContaining("stopped");
    await(() -> primary.newestReport().getState() == ReceiverState.STOPPED);
    StreamMark mark = primary.onLoop(() -> primary.manager().marks()).get(0);
    assertThat(primary.newestReport().getFinalUntil()).isEqualTo(mark.getUntil()).isPositive();
  }

  @Test
  void linesOfASocketComeAsTheyWereSentAndSurviveTheLossOfTheirExecutor() throws Exception {
    PeerExecutor primary = executor(1, 64 << 20);
    PeerExecutor peer = executor(2, 64 << 20);
    network.announce();
    String text = randomLines(3_000_000);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> sender = later(() -> sendInTwoConnections(server, text));
      Receiver<String> receiver =
          SocketReceivers.text(
              server.getInetAddress().getHostAddress(),
              server.getLocalPort(),
              StorageLevel.MEMORY_AND_DISK_SER_2);
      primary.start(7, receiver, 2);
      sender.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      long lines = text.chars().filter(c -> c == '\n').count();
      long stream = primary.streamId(7);
      await(
          () ->
              primary.onLoop(
                  () -> primary.mark(stream).map(StreamMark::getUntilRecords).orElse(0L) == lines));
      assertThat(primary.reports()).anyMatch(r -> r.getState() == ReceiverState.RESTARTING);
      network.kill(1);
      network.announce();
      assertThat(textOf(peer, stream)).isEqualTo(text);
    }
  }

  @Test
  void eachFrameOfASocketIsABlockAndATornOneIsReportedAndNotStored() throws Exception {
    PeerExecutor primary = executor(1, 8 << 20);
    network.announce();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      primary.start(
          7,
          SocketReceivers.frames(
              server.getInetAddress().getHostAddress(),
              server.getLocalPort(),
              StorageLevel.MEMORY_ONLY),
          1);
      try (Socket first = server.accept()) {
        sendFrames(first, "one", "two");
        first.getOutputStream().write(new byte[] {0, 0, 0, 5, 'h', 'a', 'l', 'f'});
      }
      await(() -> primary.reports().stream().anyMatch(r -> r.getMessage().contains("4 of the 5")));
      try (Socket second = server.accept()) {
        sendFrames(second, "three");
        await(() -> primary.store().ranges().stream().anyMatch(range -> range.until() == 3));
        primary.stop(7, false);
        await(() -> primary.newestReport().getState() == ReceiverState.STOPPED);
      }
      assertThat(primary.store().ranges().get(0).untilRecords()).isEqualTo(3);
      assertThat(textOf(primary, primary.streamId(7))).isEqualTo("one\ntwo\nthree\n");
    }
  }

  /** Sends each line in a frame of its own. */
  private static void sendFrames(Socket connection, String... lines) throws IOException {
    RawSocketWriter writer = new RawSocketWriter(connection.getOutputStream());
    for (String line : lines) {
      writer.write(line);
      writer.flush();
    }
  }

  @Test
  void aRefusedPortIsShownAndTriedAgain() throws Exception {
    PeerExecutor primary = executor(1, 8 << 20);
    network.announce();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    primary.start(7, SocketReceivers.text("127.0.0.1", port, StorageLevel.MEMORY_ONLY), 1);
    await(
        () ->
            primary.reports().stream()
                    .filter(
                        report ->
                            report.getState() == ReceiverState.RESTARTING
                                && report.getMessage().contains("127.0.0.1:" + port)
                                && report.getError().contains("ConnectException"))
                    .count()
                >= 3);
  }

  private static void sendInTwoConnections(ServerSocket server, String text) {
    int middle = text.indexOf('\n', text.length() / 2) + 1;
    for (String part : List.of(text.substring(0, middle), text.substring(middle))) {
      try (Socket socket = server.accept();
          OutputStream out = socket.getOutputStream()) {
        out.write(part.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String textOf(PeerExecutor executor, long stream) {
    StringBuilder text = new StringBuilder();
    long until = executor.store().ranges().get(0).until();
    for (long sequence = 0; sequence < until; sequence++) {
      Block block = executor.store().read(new BlockId(stream, sequence), List.of()).join();
      assertThat(block.codec()).isEqualTo(BlockCodec.TEXT_LINES);
      text.append(StandardCharsets.UTF_8.decode(block.payload()));
    }
    return text.toString();
  }

  private static String randomLines(int chars) {
    SplittableRandom random = new SplittableRandom(17);
    StringBuilder text = new StringBuilder(chars + 200);
    while (text.length() < chars) {
      for (int i = random.nextInt(120); i > 0; i--) {
        text.append((char) ('a' + random.nextInt(26)));
      }
      text.append(random.nextInt(10) == 0 ? "ä€\n" : "\n");
    }
    return text.toString();
  }

  private static void produceLines(HandReceiver receiver, int from, int count) {
    SplittableRandom random = new SplittableRandom(from);
    StringBuilder text = new StringBuilder();
    for (int i = from; i < from + count; i++) {
      text.append("number ").append(i).append('\n');
      if (random.nextInt(2_000) == 0 || i == from + count - 1) {
        receiver.lines(text.toString());
        text.setLength(0);
      }
    }
  }

  private static boolean isThrottled(PeerExecutor executor) {
    return executor.onLoop(
        () -> executor.mark(executor.streamId(7)).map(StreamMark::getThrottled).orElse(false));
  }

  private static void await(BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNanos).as("deadline passed").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  /**
   * A driver that begins when the source waits, and is slow: reads block after block below the
   * mark, then releases it everywhere.
   */
  private final class Consumption {
    private final PeerExecutor executor;
    private final int expected;
    private final BitSet seen = new BitSet();
    private final RecordCodec codec = new RecordCodec(getClass().getClassLoader());
    private int twice;
    private long mostUsedBytes;

    Consumption(PeerExecutor executor, int expected) {
      this.executor = executor;
      this.expected = expected;
    }

    void run() {
      await(() -> isThrottled(executor));
      long next = 0;
      long stream = executor.streamId(7);
      long deadlineNanos = System.nanoTime() + DEADLINE.toNanos();
      while (seen.cardinality() + twice < expected) {
        assertThat(System.nanoTime() - deadlineNanos)
            .as("saw %d of %d", seen.cardinality(), expected)
            .isNegative();
        LockSupport.parkNanos(2_000_000);
        StreamMark mark =
            executor.onLoop(() -> executor.mark(stream).orElse(StreamMark.getDefaultInstance()));
        mostUsedBytes = Math.max(mostUsedBytes, executor.accountant().usedBytes());
        if (next < mark.getUntil()) {
          take(executor.store().read(new BlockId(stream, next), List.of()).join());
          next++;
          network.release(stream, next);
        }
      }
    }

    private void take(Block block) {
      if (block.codec() == BlockCodec.TEXT_LINES) {
        StandardCharsets.UTF_8.decode(block.payload()).toString().lines().forEach(this::see);
      } else {
        codec.decode(block.payload(), block.recordCount()).forEach(text -> see((String) text));
      }
    }

    private void see(String line) {
      int number = Integer.parseInt(line.substring("number ".length()));
      if (seen.get(number)) {
        twice++;
      }
      seen.set(number);
    }
  }
}
