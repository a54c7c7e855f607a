package org.millrace.runner.task;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.block.Block;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockReader;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryShares;

/** Executors with tasks and a driver that only listens, all in the thread of the test. */
final class TestCluster implements BlockReader {
  static final long STREAM = 1L << 32;

  final SimulatedTime time;
  final TestDriver driver = new TestDriver();
  final TestNetwork network;
  final FakeDurableFiles files;
  final RecordCodec codec = new RecordCodec(getClass().getClassLoader());
  final List<TaskManager> executors = new ArrayList<>();
  final List<BudgetAccountant> memory = new ArrayList<>();
  final List<FakeLocalFiles> spill = new ArrayList<>();
  final List<Throwable> fatal = new ArrayList<>();
  private final Map<BlockId, Block> blocks = new HashMap<>();
  private final Map<BlockId, CompletableFuture<Block>> held = new HashMap<>();

  TestCluster(SimulatedTime time) {
    this.time = time;
    this.network = new TestNetwork(time);
    this.files = new FakeDurableFiles(time.blockingWork(), time);
  }

  static TestCluster inOrder(int executors) {
    TestCluster cluster = new TestCluster(SimulatedTime.inOrder());
    cluster.addExecutors(executors, 2, 64 << 20, TaskSettings.DEFAULT);
    return cluster;
  }

  static TestCluster shuffled(long seed, int executors) {
    TestCluster cluster = new TestCluster(SimulatedTime.shuffled(seed));
    cluster.addExecutors(executors, 2, 64 << 20, TaskSettings.DEFAULT.withPageBytes(256));
    return cluster;
  }

  void addExecutors(int count, int slots, long memoryBytes, TaskSettings settings) {
    for (int i = 0; i < count; i++) {
      int id = executors.size();
      List<Loop> loops = new ArrayList<>();
      for (int slot = 0; slot < slots; slot++) {
        loops.add(time.loop("slot " + id + "." + slot));
      }
      BudgetAccountant accountant = new BudgetAccountant(memoryBytes, MemoryShares.DEFAULT);
      FakeLocalFiles local = new FakeLocalFiles();
      TaskEnvironment environment =
          new TaskEnvironment(
              time.loop("control " + id),
              loops,
              network.linksOf(id, driver),
              this,
              accountant,
              files,
              time.blockingWork(),
              time,
              getClass().getClassLoader(),
              local,
              (where, fault) -> fatal.add(fault),
              // The tests look at each task.
              settings.withReports(TaskReporting.EACH));
      TaskManager manager = new TaskManager(environment);
      executors.add(manager);
      memory.add(accountant);
      spill.add(local);
      network.attach(id, manager);
    }
  }

  void makeDirectories(String path) {
    CompletableFuture<Outcome> made = files.makeDirectories(path);
    run();
    if (made.join() != Outcome.DONE) {
      throw new AssertionError(path + " was not made");
    }
  }

  TaskManager executor(int id) {
    return executors.get(id);
  }

  void run() {
    time.runUntilIdle();
  }

  void addTextBlock(long sequence, String... lines) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      text.append(line).append('\n');
    }
    ByteBuffer payload = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    add(sequence, BlockCodec.TEXT_LINES, lines.length, payload);
  }

  void addTextBlock(long sequence, int lines, byte[] text) {
    add(sequence, BlockCodec.TEXT_LINES, lines, ByteBuffer.wrap(text));
  }

  void addRecordBlock(long sequence, List<?> records) {
    add(sequence, BlockCodec.RECORDS, records.size(), codec.encode(records));
  }

  private void add(long sequence, BlockCodec layout, int count, ByteBuffer payload) {
    BlockId id = new BlockId(STREAM, sequence);
    blocks.put(id, new Block(id, layout, count, time.nowMs(), payload));
  }

  /** Reads of this block wait until {@link #arrive}. */
  void hold(long sequence) {
    held.put(new BlockId(STREAM, sequence), new CompletableFuture<>());
  }

  void arrive(long sequence) {
    BlockId id = new BlockId(STREAM, sequence);
    held.remove(id).complete(blocks.get(id));
  }

  @Override
  public CompletableFuture<Block> read(BlockId id, List<Integer> holders) {
    CompletableFuture<Block> waiting = held.get(id);
    if (waiting != null) {
      return waiting;
    }
    Block block = blocks.get(id);
    return block != null
        ? CompletableFuture.completedFuture(block)
        : CompletableFuture.failedFuture(
            new MillraceException(ErrorCode.INPUT_UNAVAILABLE, "no holder has " + id));
  }
}
