package org.millrace.runner.shuffle;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Futures as tasks use them: told when they are done, their failures without wrapping. */
public final class Futures {
  private Futures() {}

  /**
   * Runs {@code action} when it is done, well or not, on the thread that completes it; at once if
   * it is.
   */
  public static void whenDone(CompletableFuture<?> future, Runnable action) {
    CompletableFuture<?> unused = future.whenComplete((value, failure) -> action.run());
  }

  /** What a done future gave; its failure is thrown as it is. */
  public static <T> T result(CompletableFuture<T> done) {
    try {
      return done.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof MillraceException known) {
        throw known;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new MillraceException(ErrorCode.STORAGE_FAILED, "reading failed: " + cause, cause);
    }
  }
}
