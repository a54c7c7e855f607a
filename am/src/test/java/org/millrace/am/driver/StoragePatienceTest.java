package org.millrace.am.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.am.schedule.JobRunner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.SimulatedTime;

class StoragePatienceTest {
  private static final long PATIENCE_MS = 10_000;

  private final SimulatedTime time = SimulatedTime.inOrder();

  /** What the next tries fail with. */
  private final Deque<ErrorCode> failures = new ArrayDeque<>();

  private int tries;

  private final JobRunner.Waiting stepping =
      new JobRunner.Waiting() {
        @Override
        public <T> T await(CompletableFuture<T> future) {
          while (!future.isDone()) {
            time.advance(100);
          }
          return future.join();
        }
      };

  private StoragePatience patience(long patienceMs) {
    return new StoragePatience(time, time.loop("driver"), stepping, patienceMs);
  }

  private Integer step() {
    tries++;
    if (!failures.isEmpty()) {
      throw new MillraceException(failures.remove(), "away");
    }
    return tries;
  }

  private CompletableFuture<Integer> answer() {
    try {
      return CompletableFuture.completedFuture(step());
    } catch (MillraceException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  @Test
  void aStepIsDoneAgainUntilStorageIsBack() {
    failures.addAll(
        List.of(ErrorCode.STORAGE_FAILED, ErrorCode.DURABILITY_UNKNOWN, ErrorCode.TIMED_OUT));

    assertThat(patience(PATIENCE_MS).await(this::step)).isEqualTo(4);
    assertThat(time.nowMs()).as("a second after each").isGreaterThanOrEqualTo(3_000);
  }

  @Test
  void soIsOneThatAnswersLater() {
    failures.addAll(List.of(ErrorCode.STORAGE_FAILED, ErrorCode.STORAGE_FAILED));

    CompletableFuture<Integer> done = patience(PATIENCE_MS).patiently(this::answer);
    time.advance(1_500);
    assertThat(done).isNotDone();
    time.advance(1_000);

    assertThat(done).isCompletedWithValue(3);
  }

  @Test
  void storageThatStaysAwayEndsTheWait() {
    for (int i = 0; i < 100; i++) {
      failures.add(ErrorCode.STORAGE_FAILED);
    }

    assertThatThrownBy(() -> patience(PATIENCE_MS).await(this::step)).hasMessage("away");
    assertThat(tries).isEqualTo(11);
    CompletableFuture<Integer> later = patience(PATIENCE_MS).patiently(this::answer);
    time.advance(2 * PATIENCE_MS);
    assertThat(later).isCompletedExceptionally();
  }

  @Test
  void whatStorageDoesNotPermitIsNotTriedAgain() {
    failures.add(ErrorCode.NOT_PERMITTED);

    assertThatThrownBy(() -> patience(PATIENCE_MS).await(this::step)).hasMessage("away");
    assertThat(tries).isEqualTo(1);
  }

  @Test
  void aFirstDriverHearsOfItAtOnce() {
    failures.add(ErrorCode.STORAGE_FAILED);

    assertThatThrownBy(() -> patience(0).await(this::step)).hasMessage("away");
    assertThat(tries).isEqualTo(1);
  }
}
