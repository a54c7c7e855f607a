package org.millrace.checkpoint.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;

/** Brings the answers of futures to the loop that asked. */
public final class Answers {
  private Answers() {}

  /**
   * Runs the callback on the loop when the future is done, always as a command of its own. What the
   * callback throws is a fault of its loop, not lost in a future that nobody looks at.
   *
   * @param callback gets the value, or null and the failure as it was thrown
   */
  public static <T> void post(
      CompletableFuture<T> future, Loop loop, BiConsumer<? super T, Throwable> callback) {
    CompletableFuture<T> unused =
        future.whenComplete(
            (value, failure) ->
                loop.execute(
                    () -> callback.accept(value, failure == null ? null : cause(failure))));
  }

  /** The same answer, on the loop: what is chained to it runs there. */
  public static <T> CompletableFuture<T> onLoop(CompletableFuture<T> future, Loop loop) {
    CompletableFuture<T> posted = new CompletableFuture<>();
    post(
        future,
        loop,
        (value, failure) -> {
          if (failure == null) {
            posted.complete(value);
          } else {
            posted.completeExceptionally(failure);
          }
        });
    return posted;
  }

  /** Runs the action on the loop when the future succeeded; a failure is somebody else's to see. */
  public static void postSuccess(CompletableFuture<?> future, Loop loop, Runnable action) {
    post(
        future,
        loop,
        (value, failure) -> {
          if (failure == null) {
            action.run();
          }
        });
  }

  /** The failure itself, without the wrapper that a chain of futures puts around it. */
  public static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
