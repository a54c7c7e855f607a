package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;
import org.millrace.runner.block.Block;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.shuffle.adapter.DirectoryFiles;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RunTasks;

/** Two executors of two slots each on real threads, with too little memory. */
class TasksOnThreadsTest {
  private static final int MAPS = 6;
  private static final int JOBS = 12;
  private static final long DEADLINE_S = 120;

  @TempDir private Path folder;

  private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private final List<ThreadLoop> loops = new ArrayList<>();
  private final List<TaskManager> executors = new ArrayList<>();
  private final List<BudgetAccountant> memory = new ArrayList<>();
  private final ThreadPoolWork io = new ThreadPoolWork("test", 2);
  private final RecordCodec codec = new RecordCodec(getClass().getClassLoader());
  private final List<String> lines = new ArrayList<>();
  private final List<byte[]> blocks = new ArrayList<>();
  private final Map<Long, Map<Integer, List<Object>>> results = new TreeMap<>();
  private final Queue<Envelope> failures = new ConcurrentLinkedQueue<>();
  private final CountDownLatch finished = new CountDownLatch(JOBS * (MAPS + 3));

  private Loop loop(String name) {
    ThreadLoop loop = ThreadLoop.start(name, (where, fault) -> faults.add(fault));
    loops.add(loop);
    return loop;
  }

  private void addExecutor(int id) {
    SystemClock clock = new SystemClock();
    BudgetAccountant accountant = new BudgetAccountant(20_000, MemoryShares.DEFAULT);
    memory.add(accountant);
    executors.add(
        new TaskManager(
            new TaskEnvironment(
                loop("control-" + id),
                List.of(loop("slot-" + id + ".0"), loop("slot-" + id + ".1")),
                new Links(id, loop("network-" + id)),
                (block, holders) ->
                    CompletableFuture.completedFuture(
                        new Block(
                            block,
                            BlockCodec.TEXT_LINES,
                            0,
                            0,
                            ByteBuffer.wrap(blocks.get((int) block.sequence())))),
                accountant,
                new FakeDurableFiles(io, clock),
                io,
                clock,
                getClass().getClassLoader(),
                new DirectoryFiles(folder.resolve("spill-" + id)),
                (where, fault) -> faults.add(fault),
                TaskSettings.DEFAULT.withPageBytes(512).withReports(TaskReporting.EACH))));
  }

  private final class Links implements PeerLinks {
    private final int self;
    private final Loop network;

    private Links(int self, Loop network) {
      this.self = self;
      this.network = network;
    }

    @Override
    public int self() {
      return self;
    }

    @Override
    public void send(int executorId, Frame frame) {
      network.execute(() -> executors.get(executorId).onPeerFrame(self, frame));
    }

    @Override
    public boolean isWritable(int executorId) {
      return true;
    }

    @Override
    public void onWritable(int executorId, Runnable action) {
      action.run();
    }

    @Override
    public boolean driverByReference() {
      return false;
    }

    @Override
    public void sendToDriver(Envelope.Builder message, Object payload) {
      if (message.hasTaskFailed()) {
        failures.add(message.build());
        return;
      }
      var report = message.getTaskFinished();
      if (payload instanceof ByteBuffer bytes) {
        List<Object> records = codec.decode(bytes, report.getResultCount());
        synchronized (results) {
          results
              .computeIfAbsent(report.getJobId(), unused -> new TreeMap<>())
              .put(report.getPartition(), records);
        }
      }
      finished.countDown();
    }
  }

  @AfterEach
  void close() {
    executors.forEach(TaskManager::close);
    loops.forEach(ThreadLoop::close);
    io.close();
    assertThat(faults).isEmpty();
  }

  @Test
  void manyJobsAtOnceCountWordsRightAndLeaveNothingBehind() throws InterruptedException {
    for (int block = 0; block < MAPS; block++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 300; i++) {
        String line = "a" + (i * 31 % 97) + " b" + (i * block % 53) + " c";
        lines.add(line);
        text.append(line).append('\n');
      }
      blocks.add(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    addExecutor(0);
    addExecutor(1);
    WordCount job = new WordCount(3);
    for (long jobId = 1; jobId <= JOBS; jobId++) {
      List<RunTasks.Builder> messages = job.messages(jobId, MAPS, 2, 0, 1, 0);
      for (int i = 0; i < 2; i++) {
        executors.get(i).runTasks(messages.get(i).build());
      }
    }
    boolean inTime = finished.await(DEADLINE_S, TimeUnit.SECONDS);
    assertThat(failures).isEmpty();
    assertThat(inTime).as("%s tasks are left", finished.getCount()).isTrue();
    List<Object> expected = WordCount.expected(lines, 3);
    synchronized (results) {
      assertThat(results).hasSize(JOBS);
      for (Map<Integer, List<Object>> partitions : results.values()) {
        List<Object> all = new ArrayList<>();
        partitions.values().forEach(all::addAll);
        assertThat(all).isEqualTo(expected);
      }
    }
    for (TaskManager executor : executors) {
      assertThat(executor.spilledBytes()).isPositive();
      for (long jobId = 1; jobId <= JOBS; jobId++) {
        executor.endJob(EndJob.newBuilder().setJobId(jobId).build());
      }
    }
    executors.forEach(TaskManager::close);
    loops.forEach(ThreadLoop::close);
    io.close();
    assertThat(memory).allSatisfy(m -> assertThat(m.usedBytes(Use.SHUFFLE)).isZero());
    assertThat(folder).isEmptyDirectory();
  }
}
