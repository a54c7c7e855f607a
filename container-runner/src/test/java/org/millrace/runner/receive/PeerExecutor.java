package org.millrace.runner.receive;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.block.BlockMemory;
import org.millrace.runner.block.BlockStore;
import org.millrace.runner.block.LoggedBlockReader;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReleaseBlocks;
import org.millrace.runner.wire.proto.SourceOffset;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StopReceiver;
import org.millrace.runner.wire.proto.StreamMark;

/** The rooms for receivers and blocks of one executor, with what its driver was told. */
final class PeerExecutor {
  static final MemoryShares ALL_BUT_HALF_FOR_BLOCKS =
      new MemoryShares(
          Map.of(
              Use.BLOCKS, new MemoryShares.Share(0.5, 0.5),
              Use.SHUFFLE, new MemoryShares.Share(0, 1),
              Use.STATE, new MemoryShares.Share(0, 1),
              Use.DATASETS, new MemoryShares.Share(0, 1)));

  private final int id;
  private final Loop loop;
  private final BudgetAccountant accountant;
  private final BlockStore store;
  private final ReceiverManager manager;
  private final BlockingWork work;
  private final List<ReceiverReport> reports = Collections.synchronizedList(new ArrayList<>());
  private final Set<String> threads = ConcurrentHashMap.newKeySet();
  private final AtomicLong marksMoved = new AtomicLong();
  private final FakeBlockLog log = new FakeBlockLog();

  PeerExecutor(
      PeerLinks links,
      Loop loop,
      Clock clock,
      BlockingWork work,
      long memoryBytes,
      ReceiverSettings settings) {
    this.id = links.self();
    this.loop = loop;
    this.work = work;
    this.accountant = new BudgetAccountant(memoryBytes, ALL_BUT_HALF_FOR_BLOCKS);
    this.store =
        new BlockStore(
            links,
            new BlockMemory(accountant),
            new LoggedBlockReader(new FakeDurableFiles(work, clock), work),
            1 << 20,
            loop,
            1_000);
    ClassLoader classes = PeerExecutor.class.getClassLoader();
    this.manager =
        new ReceiverManager(
            new ReceiverEnvironment(
                loop,
                clock,
                work,
                links,
                store,
                classes,
                new RecordCodec(classes),
                settings,
                this::open,
                marksMoved::incrementAndGet));
  }

  ReceiverManager manager() {
    return manager;
  }

  BlockStore store() {
    return store;
  }

  BudgetAccountant accountant() {
    return accountant;
  }

  /** The log of each directory. */
  FakeBlockLog log() {
    return log;
  }

  /** The log fails, on the control loop as ever. */
  void fail(Throwable cause) {
    loop.execute(() -> log.fail(cause));
  }

  private ReceivedBlockLog open(String directory, Consumer<Throwable> onFailed) {
    log.onFailed(onFailed);
    return log;
  }

  long marksMoved() {
    return marksMoved.get();
  }

  void tell(Membership membership) {
    loop.execute(() -> manager.onMembership(membership));
  }

  long streamId(int receiverId) {
    return (long) receiverId << 32 | id;
  }

  void start(int receiverId, Receiver<?> receiver, int replication) {
    start(receiverId, serialize(receiver), replication);
  }

  void start(int receiverId, ByteString serialized, int replication) {
    StartReceiver message = startMessage(receiverId, serialized, replication).build();
    threads.add("receiver-" + receiverId);
    threads.add("receiver-" + receiverId + "-stop");
    loop.execute(() -> manager.start(message));
  }

  /** Starts it with another stream. */
  void start(int receiverId, Receiver<?> receiver, long streamId) {
    StartReceiver message =
        startMessage(receiverId, serialize(receiver), 1).setStreamId(streamId).build();
    loop.execute(() -> manager.start(message));
  }

  /** Starts it with a block log, to go on at the positions. */
  void startLogged(int receiverId, Receiver<?> receiver, SourcePosition... positions) {
    startLogged(receiverId, receiver, streamId(receiverId), positions);
  }

  void startLogged(
      int receiverId, Receiver<?> receiver, long streamId, SourcePosition... positions) {
    StartReceiver.Builder message =
        startMessage(receiverId, serialize(receiver), 1)
            .setStreamId(streamId)
            .setLogDirectory("/checkpoint/executor");
    for (SourcePosition position : positions) {
      message.addPositions(
          SourceOffset.newBuilder()
              .setSource(position.source())
              .setOffset(ByteString.copyFrom(position.offsetBytes())));
    }
    StartReceiver built = message.build();
    loop.execute(() -> manager.start(built));
  }

  private StartReceiver.Builder startMessage(
      int receiverId, ByteString serialized, int replication) {
    return StartReceiver.newBuilder()
        .setReceiverId(receiverId)
        .setStreamId(streamId(receiverId))
        .setReceiver(serialized)
        .setReplication(replication)
        .setBlockIntervalMs(200);
  }

  void stop(int receiverId, boolean drain) {
    StopReceiver message =
        StopReceiver.newBuilder().setReceiverId(receiverId).setDrain(drain).build();
    loop.execute(() -> manager.stop(message));
  }

  void release(long streamId, long until) {
    ReleaseBlocks message =
        ReleaseBlocks.newBuilder()
            .addStreams(StreamMark.newBuilder().setStreamId(streamId).setUntil(until))
            .build();
    loop.execute(() -> manager.release(message));
  }

  /** The mark of a stream; to be called on the loop, or when nothing runs. */
  Optional<StreamMark> mark(long streamId) {
    return manager.marks().stream().filter(mark -> mark.getStreamId() == streamId).findFirst();
  }

  /** Runs something on the control loop and waits for its answer. */
  <T> T onLoop(Supplier<T> question) {
    CompletableFuture<T> answer = CompletableFuture.supplyAsync(question, loop::execute);
    return answer.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** Ends as an executor does that closes, and returns when no receiver's thread works any more. */
  void close() {
    onLoop(
        () -> {
          manager.close();
          return null;
        });
    // A name has one thread, which takes its work in order: behind this there is none.
    for (String thread : threads) {
      work.run(thread, () -> null).orTimeout(60, TimeUnit.SECONDS).join();
    }
  }

  List<ReceiverReport> reports() {
    return List.copyOf(reports);
  }

  /** The default instance while there is none. */
  ReceiverReport newestReport() {
    List<ReceiverReport> known = reports();
    return known.isEmpty() ? ReceiverReport.getDefaultInstance() : known.get(known.size() - 1);
  }

  void onReport(ReceiverReport report) {
    reports.add(report);
  }

  private static ByteString serialize(Receiver<?> receiver) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
      output.writeObject(receiver);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }
}
