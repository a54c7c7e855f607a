package org.millrace.am.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.am.log.DriverState;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.log.DriverEvent.ApplicationStarted;
import org.millrace.checkpoint.log.DriverEvent.BatchCommitted;
import org.millrace.checkpoint.log.DriverEvent.BatchFailed;
import org.millrace.checkpoint.log.DriverEvent.CommitOutcome;
import org.millrace.checkpoint.log.DriverEvent.EmptyBatches;

class RepeatedFailureTest {
  private static final long BATCH = 7_000;

  private final RepeatedFailure repeated = new RepeatedFailure();

  private static MillraceException failure(String executor, Throwable cause) {
    return new MillraceException(ErrorCode.TASK_FAILED, "failed on " + executor, cause);
  }

  private static MillraceException divided(String executor) {
    return failure(executor, new IllegalStateException(new ArithmeticException("/ by zero")));
  }

  @Test
  void theRootCauseAndNotWhereItHappenedMakesAFailureTheSame() {
    repeated.before(RepeatedFailure.event(BATCH, divided("executor 1")));

    assertThat(repeated.isRepeated(BATCH, divided("executor 2"))).isTrue();
    assertThat(repeated.isRepeated(BATCH + 1_000, divided("executor 1"))).isFalse();
    assertThat(repeated.isRepeated(BATCH, failure("1", new ArithmeticException("overflow"))))
        .isFalse();
    assertThat(repeated.isRepeated(BATCH, failure("1", new RuntimeException("/ by zero"))))
        .isFalse();
    assertThat(
            repeated.isRepeated(
                BATCH,
                new MillraceException(
                    ErrorCode.STORAGE_FAILED, "", new ArithmeticException("/ by zero"))))
        .isFalse();
  }

  @Test
  void nothingIsRepeatedInAFirstAttempt() {
    assertThat(repeated.isRepeated(BATCH, divided("executor 1"))).isFalse();
  }

  @Test
  void aRepetitionSaysWhatToDoAndIsTheSameFailureForTheNextDriver() {
    MillraceException again = RepeatedFailure.again(divided("executor 2"));

    assertThat(again.code()).isEqualTo(ErrorCode.BATCH_FAILED_AGAIN);
    assertThat(again)
        .hasMessageContaining("failed on executor 2")
        .hasMessageContaining("before the restart")
        .hasMessageContaining("millrace.batch.onFailure=skip");
    assertThat(RepeatedFailure.event(BATCH, again))
        .isEqualTo(RepeatedFailure.event(BATCH, divided("executor 1")));
  }

  @Test
  void theStateKnowsTheFailureUntilTheBatchIsDecided() {
    DriverState state = new DriverState();
    BatchFailed failed = RepeatedFailure.event(BATCH, divided("executor 1"));
    state.replay(new ApplicationStarted("name", "app", 0, 1_000, 2));
    state.replay(failed);
    state.replay(new EmptyBatches(BATCH - 2_000, 2));

    assertThat(state.failed()).contains(failed);
    DriverState read = new DriverState();
    state.events().forEach(read::replay);
    assertThat(read.failed()).contains(failed);

    read.replay(new BatchCommitted(BATCH, CommitOutcome.SKIPPED, java.util.List.of()));
    assertThat(read.failed()).isEmpty();
  }
}
