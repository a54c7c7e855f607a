package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RepushMapOutput;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.UseAttempt;

class WordCountTest {
  private static final int MAPS = 5;
  private static final int REDUCERS = 3;

  private final List<String> lines = new ArrayList<>();
  private final WordCount job = new WordCount(REDUCERS);

  private void addBlocks(TestCluster cluster, long seed, int linesABlock) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int block = 0; block < MAPS; block++) {
      String[] text = new String[linesABlock];
      for (int i = 0; i < text.length; i++) {
        StringBuilder line = new StringBuilder();
        for (int word = 1 + random.nextInt(9); word > 0; word--) {
          line.append("word").append(random.nextInt(1 + random.nextInt(300))).append(' ');
        }
        text[i] = line.toString().strip();
      }
      lines.addAll(List.of(text));
      cluster.addTextBlock(block, text);
    }
  }

  private void start(TestCluster cluster, long jobId) {
    List<RunTasks.Builder> messages = job.messages(jobId, MAPS, 2, 0, 1, 0);
    for (int i = 0; i < messages.size(); i++) {
      cluster.executor(i).runTasks(messages.get(i).build());
    }
  }

  private static void end(TestCluster cluster, long jobId) {
    for (TaskManager executor : cluster.executors) {
      executor.endJob(EndJob.newBuilder().setJobId(jobId).build());
    }
    cluster.run();
    assertThat(cluster.memory).allSatisfy(m -> assertThat(m.usedBytes(Use.SHUFFLE)).isZero());
    assertThat(cluster.spill).allSatisfy(disk -> assertThat(disk.openFiles()).isZero());
    assertThat(cluster.executors).allSatisfy(e -> assertThat(e.runningTasks()).isZero());
  }

  @Test
  void countsWordsOverTwoExecutorsInFirstSeenOrder() {
    TestCluster cluster = TestCluster.inOrder(2);
    addBlocks(cluster, 1, 200);
    start(cluster, 7);
    cluster.run();
    assertThat(cluster.driver.failed()).isEmpty();
    assertThat(cluster.driver.finished()).hasSize(MAPS + REDUCERS);
    assertThat(cluster.driver.results(WordCount.REDUCE_STAGE))
        .isEqualTo(WordCount.expected(lines, REDUCERS));
    TaskFinished map = cluster.driver.finished(WordCount.MAP_STAGE, 0).message();
    assertThat(map.getMetrics().getRecordsIn()).isEqualTo(200);
    assertThat(map.getMetrics().getShuffleBytesOut()).isPositive();
    assertThat(map.getMetrics().getGenericSerializedBytes()).isZero();
    end(cluster, 7);
  }

  @Test
  void theResultDoesNotDependOnTheOrderInWhichThingsHappen() {
    for (long seed = 0; seed < 60; seed++) {
      TestCluster cluster = TestCluster.shuffled(seed, 2);
      if (seed % 2 == 0) {
        cluster.network.deliverTwice();
      }
      lines.clear();
      addBlocks(cluster, 3, 60);
      start(cluster, seed);
      cluster.run();
      assertThat(cluster.driver.failed()).isEmpty();
      assertThat(cluster.driver.results(WordCount.REDUCE_STAGE))
          .as("seed %s", seed)
          .isEqualTo(WordCount.expected(lines, REDUCERS));
      end(cluster, seed);
    }
  }

  @Test
  void spillsPagesPastTheBudgetAndReadsThemBack() {
    for (long seed = 0; seed < 20; seed++) {
      TestCluster cluster = new TestCluster(SimulatedTime.shuffled(seed));
      cluster.addExecutors(2, 2, 4_000, TaskSettings.DEFAULT.withPageBytes(256));
      lines.clear();
      addBlocks(cluster, seed, 100);
      start(cluster, 9);
      cluster.run();
      assertThat(cluster.driver.failed()).isEmpty();
      assertThat(cluster.driver.results(WordCount.REDUCE_STAGE))
          .as("seed %s", seed)
          .isEqualTo(WordCount.expected(lines, REDUCERS));
      assertThat(cluster.spill.get(0).writtenBytes()).isPositive();
      assertThat(cluster.executor(0).spilledBytes()).isEqualTo(cluster.spill.get(0).writtenBytes());
      end(cluster, 9);
    }
  }

  @Test
  void aSecondAttemptReplacesAFirstWhosePagesWereLost() {
    TestCluster cluster = TestCluster.inOrder(2);
    addBlocks(cluster, 5, 50);
    cluster.network.lose(
        message ->
            message.hasMapOutputEnd()
                && message.getMapOutputEnd().getMapPartition() == 1
                && message.getMapOutputEnd().getAttempt() == 0);
    start(cluster, 4);
    cluster.run();
    assertThat(cluster.driver.results(WordCount.REDUCE_STAGE)).doesNotContainNull();
    assertThat(cluster.driver.finished()).hasSize(MAPS + 1); // executor 1 has its own maps
    for (TaskManager executor : cluster.executors) {
      executor.useAttempt(
          UseAttempt.newBuilder()
              .setJobId(4)
              .setPlacementVersion(1)
              .setShuffleId(0)
              .setMapPartition(1)
              .setAttempt(1)
              .build());
    }
    cluster
        .executor(0)
        .runTasks(
            JobBuilder.job(4)
                .addTasks(job.map.task(WordCount.MAP_STAGE, 1, WordCount.block(1)).setAttempt(1))
                .build());
    cluster.run();
    assertThat(cluster.driver.failed()).isEmpty();
    assertThat(cluster.driver.results(WordCount.REDUCE_STAGE))
        .isEqualTo(WordCount.expected(lines, REDUCERS));
    end(cluster, 4);
  }

  @Test
  void aReducerThatMovedGetsThePagesAgain() {
    for (long seed = 0; seed < 20; seed++) {
      TestCluster cluster = TestCluster.shuffled(seed, 3);
      lines.clear();
      addBlocks(cluster, 6, 40);
      List<RunTasks.Builder> messages = job.messages(4, MAPS, 2, 0, 1, 0);
      cluster.executor(0).runTasks(messages.get(0).build());
      cluster.executor(1).runTasks(messages.get(1).clone().clearTasks().build());
      for (var task : messages.get(1).getTasksList()) {
        if (task.getStage() == WordCount.MAP_STAGE) {
          cluster.executor(1).runTasks(JobBuilder.job(4).addTasks(task).build());
        }
      }
      for (int steps = 0; steps < seed * 10; steps++) {
        cluster.time.step();
      }
      RepushMapOutput repush =
          RepushMapOutput.newBuilder()
              .setJobId(4)
              .setPlacementVersion(1)
              .setShuffleId(0)
              .addReducePartitions(1)
              .setToExecutor(2)
              .build();
      for (int executor = 0; executor < 2; executor++) {
        cluster
            .executor(executor)
            .onPeerFrame(2, Frame.of(Envelope.newBuilder().setRepushMapOutput(repush).build()));
      }
      cluster
          .executor(2)
          .runTasks(
              JobBuilder.job(4, job.reduce)
                  .addShuffles(JobBuilder.shuffle(0, MAPS, 0, 2, 0))
                  .addTasks(
                      job.reduce
                          .task(WordCount.REDUCE_STAGE, 1, WordCount.shuffle(0, 1))
                          .setAttempt(1))
                  .build());
      cluster.run();
      assertThat(cluster.driver.failed()).isEmpty();
      assertThat(cluster.driver.finished(WordCount.REDUCE_STAGE, 1).executor()).isEqualTo(2);
      assertThat(cluster.driver.results(WordCount.REDUCE_STAGE))
          .as("seed %s", seed)
          .isEqualTo(WordCount.expected(lines, REDUCERS));
      end(cluster, 4);
    }
  }

  @Test
  void aNewerPlacementDropsTheOlderOne() {
    TestCluster cluster = TestCluster.inOrder(2);
    addBlocks(cluster, 8, 50);
    cluster.network.stall(1, 0);
    start(cluster, 4);
    cluster.run();
    assertThat(cluster.network.isAwaited(1, 0)).isTrue();
    cluster.network.unstall(1, 0);
    List<RunTasks.Builder> again = job.messages(4, MAPS, 2, 1, 0, 1);
    for (int i = 0; i < 2; i++) {
      cluster.executor(i).runTasks(again.get(i).setPlacementVersion(2).build());
    }
    cluster.run();
    assertThat(cluster.driver.failed()).isEmpty();
    assertThat(
            cluster.driver.finished().stream()
                .filter(one -> one.message().getStage() == WordCount.REDUCE_STAGE)
                .map(one -> one.message().getPlacementVersion()))
        .containsExactly(2, 2, 2);
    assertThat(cluster.driver.results(WordCount.REDUCE_STAGE))
        .isEqualTo(WordCount.expected(lines, REDUCERS));
    end(cluster, 4);
  }

  @Test
  void waitsForAWritableLinkAndGoesOn() {
    TestCluster cluster = TestCluster.inOrder(2);
    addBlocks(cluster, 8, 50);
    cluster.network.stall(0, 1);
    start(cluster, 4);
    cluster.run();
    assertThat(cluster.driver.finished()).hasSizeLessThan(MAPS + REDUCERS);
    assertThat(cluster.executor(0).runningTasks()).isPositive();
    cluster.network.unstall(0, 1);
    cluster.run();
    assertThat(cluster.driver.results(WordCount.REDUCE_STAGE))
        .isEqualTo(WordCount.expected(lines, REDUCERS));
    end(cluster, 4);
  }

  @Test
  void theEndOfAJobEndsTasksThatWaitAndDropsLatePages() {
    TestCluster cluster = TestCluster.inOrder(2);
    addBlocks(cluster, 8, 50);
    cluster.network.stall(0, 1);
    start(cluster, 4);
    cluster.run();
    int before = cluster.driver.finished().size();
    end(cluster, 4);
    cluster.network.unstall(0, 1);
    start(cluster, 4);
    cluster.run();
    assertThat(cluster.driver.finished()).hasSize(before);
    assertThat(cluster.driver.failed()).isEmpty();
    end(cluster, 4);
  }
}
