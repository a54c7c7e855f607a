package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TasksFinished;

class TaskReportsTest {
  private final Driver driver = new Driver();
  private final TaskReports reports = new TaskReports(driver, TaskReporting.TOGETHER);

  @Test
  void tasksOfOneJobAreOneReport() {
    reports.begun(7, 1, 3);
    finish(0, 4);
    finish(0, 5);
    assertThat(driver.messages).isEmpty();
    finish(1, 4);

    TasksFinished report = driver.only();
    assertThat(report.getJobId()).isEqualTo(7);
    assertThat(report.getPlacementVersion()).isEqualTo(1);
    assertThat(report.getGroupsCount()).isEqualTo(2);
    assertThat(report.getGroups(0).getPartitionsList()).containsExactly(4, 5);
    assertThat(report.getGroups(1).getStage()).isEqualTo(1);
    assertThat(report.getTasksCount()).isZero();
  }

  @Test
  void aReportWaitsNoLongerThanUntilItIsFlushed() {
    reports.begun(7, 1, 3);
    finish(0, 4);
    reports.flush();
    reports.flush();
    assertThat(driver.only().getGroups(0).getPartitionsList()).containsExactly(4);

    finish(0, 5);
    finish(0, 6);
    assertThat(driver.messages).hasSize(2);
    assertThat(driver.report(1).getGroups(0).getPartitionsList()).containsExactly(5, 6);
  }

  @Test
  void nobodyWaitsForATaskThatFailed() {
    reports.begun(7, 1, 2);
    finish(0, 4);
    reports.failed(key(0, 5), new IllegalStateException("no"));

    assertThat(driver.messages).hasSize(2);
    assertThat(driver.messages.get(0).hasTaskFailed()).isTrue();
    assertThat(driver.report(1).getGroups(0).getPartitionsList()).containsExactly(4);
  }

  @Test
  void tellsWhatStatesTheTasksReached() {
    reports.begun(7, 1, 2);
    finishWithState(4);
    finishWithState(5);

    TasksFinished report = driver.only();
    assertThat(report.getStatesCount()).isEqualTo(1);
    assertThat(report.getStates(0).getStateId()).isEqualTo(3);
    assertThat(report.getStates(0).getVersionMs()).isEqualTo(1_000);
    assertThat(report.getStates(0).getPartitionsList()).containsExactly(4, 5);
  }

  @Test
  void tasksWithMoreToSayKeepTheirOwnPayloads() {
    reports.begun(7, 1, 4);
    reports.finished(key(0, 0), Sink.Result.of(bytes("ab"), 1), TaskFinished.newBuilder());
    reports.finished(
        key(0, 1),
        Sink.Result.NOTHING,
        TaskFinished.newBuilder().setAccumulators(ByteString.copyFromUtf8("sum")));
    reports.finished(key(0, 2), Sink.Result.of(bytes("c"), 1), TaskFinished.newBuilder());
    finish(0, 3);

    TasksFinished report = driver.only();
    List<Payload> payloads =
        ReportPayloads.of(report, new Payload.Bytes((ByteBuffer) driver.payloads.get(0)));
    assertThat(payloads.get(0).bytes()).isEqualTo(bytes("ab"));
    assertThat(payloads.get(1)).isEqualTo(Payload.NONE);
    assertThat(payloads.get(2).bytes()).isEqualTo(bytes("c"));
    assertThat(report.getGroups(0).getPartitionsList()).containsExactly(3);
  }

  @Test
  void resultsWithinOneProcessGoAsTheyAre() {
    reports.begun(7, 1, 1);
    reports.finished(key(0, 0), Sink.Result.of(List.of("a")), TaskFinished.newBuilder());

    assertThat(ReportPayloads.of(driver.only(), new Payload.Reference(driver.payloads.get(0))))
        .containsExactly(new Payload.Reference(List.of("a")));
  }

  @Test
  void largeResultsDoNotWait() {
    reports.begun(7, 1, 2);
    ByteBuffer large = ByteBuffer.allocate(300 << 10);
    reports.finished(key(0, 0), Sink.Result.of(large, 1), TaskFinished.newBuilder());

    assertThat(driver.only().getTasks(0).getPayloadBytes()).isEqualTo(300 << 10);
  }

  @Test
  void whatAnOlderPlacementHasLeftIsToldWhenANewerOneBegins() {
    reports.begun(7, 1, 2);
    finish(0, 4);
    reports.begun(7, 2, 1);
    assertThat(driver.only().getPlacementVersion()).isEqualTo(1);

    reports.endJob(7, 0);
    assertThat(driver.messages).hasSize(1);
  }

  @Test
  void holdsReportsBackWhileTheDriverIsNotHeard() {
    reports.begun(7, 1, 1);
    reports.suspend();
    finish(0, 4);
    assertThat(driver.messages).isEmpty();

    reports.resume();
    assertThat(driver.only().getGroups(0).getPartitionsList()).containsExactly(4);
  }

  private void finish(int stage, int partition) {
    reports.finished(key(stage, partition), Sink.Result.NOTHING, TaskFinished.newBuilder());
  }

  private void finishWithState(int partition) {
    reports.finished(
        key(1, partition),
        Sink.Result.NOTHING,
        TaskFinished.newBuilder()
            .addStates(
                StateVersion.newBuilder()
                    .setStateId(3)
                    .setPartition(partition)
                    .setVersionMs(1_000)
                    .setKeyCount(5)));
  }

  private static TaskKey key(int stage, int partition) {
    return new TaskKey(7, 1, stage, partition, 0);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Notes what it is told. */
  private static final class Driver implements PeerLinks {
    final List<Envelope> messages = new ArrayList<>();
    final List<Object> payloads = new ArrayList<>();

    TasksFinished report(int index) {
      return messages.get(index).getTasksFinished();
    }

    TasksFinished only() {
      assertThat(messages).hasSize(1);
      return report(0);
    }

    @Override
    public int self() {
      return 1;
    }

    @Override
    public void send(int executorId, Frame frame) {
      throw new AssertionError("to executor " + executorId);
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
    public void sendToDriver(Envelope.Builder message, Object payloadOrNull) {
      messages.add(message.build());
      payloads.add(payloadOrNull);
    }
  }
}
