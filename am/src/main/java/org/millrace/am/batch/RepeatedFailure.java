package org.millrace.am.batch;

import java.util.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.log.DriverEvent.BatchFailed;

/**
 * Recognizes that a batch fails as it did for the driver before: then it is the program that fails,
 * and no further attempt will help. Two failures are the same when code, class and message of the
 * root cause are. Owned by the driver loop.
 */
final class RepeatedFailure {
  private static final int MOST_MESSAGE_CHARS = 4_096;

  private Optional<BatchFailed> before = Optional.empty();

  /** What the driver before gave up at. */
  void before(BatchFailed failure) {
    before = Optional.of(failure);
  }

  /** A failure as a record of the event log. */
  static BatchFailed event(long batchTimeMs, MillraceException failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? "" : root.getMessage();
    return new BatchFailed(
        batchTimeMs,
        codeOf(failure),
        root.getClass().getName(),
        message.substring(0, Math.min(message.length(), MOST_MESSAGE_CHARS)));
  }

  /** One that a repetition is wrapped in has the same number as the first. */
  private static int codeOf(MillraceException failure) {
    return failure.code() == ErrorCode.BATCH_FAILED_AGAIN
            && failure.getCause() instanceof MillraceException first
        ? first.code().number()
        : failure.code().number();
  }

  boolean isRepeated(long batchTimeMs, MillraceException failure) {
    return before.equals(Optional.of(event(batchTimeMs, failure)));
  }

  /** The failure, when it ends the application for good. */
  static MillraceException again(MillraceException failure) {
    return new MillraceException(
        ErrorCode.BATCH_FAILED_AGAIN,
        failure.getMessage()
            + "; it failed in the same way before the restart, so it is not tried again. Mend the"
            + " program and start it again, which runs the batch again, or give the batch up by"
            + " millrace.batch.onFailure=skip",
        failure);
  }
}
