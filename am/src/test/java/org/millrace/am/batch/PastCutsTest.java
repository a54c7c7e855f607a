package org.millrace.am.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.log.DriverState;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.QueueStreamNode;
import org.millrace.api.streaming.Duration;
import org.millrace.checkpoint.log.DriverEvent.ApplicationStarted;
import org.millrace.checkpoint.log.DriverEvent.BatchCommitted;
import org.millrace.checkpoint.log.DriverEvent.BatchCut;
import org.millrace.checkpoint.log.DriverEvent.CommitOutcome;
import org.millrace.checkpoint.log.DriverEvent.EmptyBatches;
import org.millrace.checkpoint.log.DriverEvent.Operator;
import org.millrace.checkpoint.log.DriverEvent.OperatorKind;
import org.millrace.checkpoint.log.DriverEvent.OperatorsChanged;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.InputCut.BlocksCut;
import org.millrace.checkpoint.log.InputCut.QueueCut;

class PastCutsTest {
  private static final long START = 1_600_000_000_300L;
  private static final long ZERO = 1_600_000_000_000L;
  private static final long INTERVAL_MS = 1_000;

  private final InputStreamNode queue =
      new QueueStreamNode(
          new NodeLabel(0, new Duration(INTERVAL_MS), "queueStream", "Test.java:7"),
          0,
          time -> new EmptyNode());
  private final DriverState state = new DriverState();

  @BeforeEach
  void start() {
    state.replay(new ApplicationStarted("name", "app", START, INTERVAL_MS, 2));
  }

  private Resumption resumption() {
    CompletableFuture<Resumption> made =
        new PastCuts(List.of(queue), Map.of(), 2)
            .resumption(state, INTERVAL_MS, state.lastDecidedMs());
    return made.join();
  }

  private void cutQueue(long timeMs) {
    state.replay(new BatchCut(timeMs, List.of(new QueueCut(0, 0)), List.of()));
  }

  @Test
  void timesAreCountedFromTheFirstStart() {
    state.replay(new EmptyBatches(ZERO + 1_000, 3));

    Resumption from = resumption();

    assertThat(from.zeroMs()).isEqualTo(ZERO);
    assertThat(from.lastDecidedMs()).isEqualTo(ZERO + 3_000);
    assertThat(from.lastBatchMs()).isEqualTo(ZERO + 3_000);
    assertThat(from.cuts()).isEmpty();
  }

  @Test
  void anApplicationThatWasKilledBeforeItsFirstBatchBeginsWithThatOne() {
    Resumption from = resumption();

    assertThat(from.lastBatchMs()).isEqualTo(ZERO);
    assertThat(from.recoveryMs()).isEqualTo(ZERO);
  }

  @Test
  void aQueueThatIsGoneStopsTheStartWhenABatchMustBeRun() {
    cutQueue(ZERO + 1_000);

    assertThatThrownBy(this::resumption)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INPUT_UNAVAILABLE))
        .hasMessageContaining("queueStream at Test.java:7")
        .hasMessageContaining(Long.toString(ZERO + 1_000));
  }

  @Test
  void aQueueOfABatchThatWasDecidedIsNotNeeded() {
    cutQueue(ZERO + 1_000);
    state.replay(new BatchCommitted(ZERO + 1_000, CommitOutcome.SKIPPED, List.of()));

    Resumption from = resumption();

    assertThat(from.cuts().get(ZERO + 1_000)).allMatch(InputCut::isEmpty);
    assertThat(from.skipped()).containsExactly(ZERO + 1_000);
  }

  @Test
  void aBatchWithoutInputThatWasSkippedIsKnownToStateThatHasNotSeenIt() {
    state.replay(
        new OperatorsChanged(
            List.of(new Operator("state", OperatorKind.STATE, 4, "state", Map.of()))));
    state.replay(new EmptyBatches(ZERO + 1_000, 1));
    state.replay(new BatchCommitted(ZERO + 2_000, CommitOutcome.SKIPPED, List.of()));
    state.replay(new EmptyBatches(ZERO + 3_000, 1));

    assertThat(resumption().skipped()).containsExactly(ZERO + 2_000);

    state.replay(new SnapshotTaken(ZERO + 3_000, ZERO + 3_000, List.of(), List.of()));

    assertThat(resumption().skipped()).isEmpty();
  }

  @Test
  void inputThatTheProgramDoesNotHaveAnyMoreIsLeftOut() {
    state.replay(
        new BatchCut(
            ZERO + 1_000,
            List.of(new BlocksCut(7, List.of(List.of(new BlockRange(1, 0, 3))))),
            List.of()));

    assertThat(resumption().cuts().get(ZERO + 1_000)).hasSize(1).allMatch(InputCut::isEmpty);
  }
}
