package org.millrace.api.partial;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What was known of a result when the time was up, and the result itself when its job has ended.
 *
 * <p>Immutable; all methods may be called from any thread.
 *
 * @param <R> type of the result
 */
public final class PartialResult<R> {
  private final R initialValue;
  private final boolean initialValueIsFinal;
  private final CompletableFuture<R> finalValue;

  /** The result of a job that has ended; throws why it failed. */
  public static <R> PartialResult<R> ended(CompletableFuture<R> result) {
    return new PartialResult<>(joined(result), true, result);
  }

  /** An estimate, and the result of the job that still runs. */
  public static <R> PartialResult<R> estimated(R estimate, CompletableFuture<R> result) {
    return new PartialResult<>(estimate, false, result);
  }

  private PartialResult(
      R initialValue, boolean initialValueIsFinal, CompletableFuture<R> finalValue) {
    this.initialValue = initialValue;
    this.initialValueIsFinal = initialValueIsFinal;
    this.finalValue = Objects.requireNonNull(finalValue, "finalValue");
  }

  /** What was known when the time was up. */
  public R initialValue() {
    return initialValue;
  }

  /** Whether the job had ended by then, so that {@link #initialValue()} is its result. */
  public boolean isInitialValueFinal() {
    return initialValueIsFinal;
  }

  /**
   * Waits for the result.
   *
   * @throws org.millrace.api.error.MillraceException why the job failed
   */
  public R getFinalValue() {
    return joined(finalValue);
  }

  private static <R> R joined(CompletableFuture<R> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      throw unwrapped(e);
    }
  }

  /**
   * Calls a function with the result when it is there, on this thread if it is already, else on one
   * of the engine's; not when the job fails. Gives a result whose final value is there after that,
   * or is the failure of the function.
   */
  public PartialResult<R> onComplete(Consumer<R> handler) {
    return handled(
        (value, failure) -> {
          if (failure == null) {
            handler.accept(value);
          }
        });
  }

  /** {@link #onComplete} for the failure of the job. */
  public PartialResult<R> onFail(Consumer<RuntimeException> handler) {
    return handled(
        (value, failure) -> {
          if (failure != null) {
            handler.accept(unwrapped(failure));
          }
        });
  }

  private PartialResult<R> handled(BiConsumer<R, Throwable> handler) {
    return new PartialResult<>(initialValue, initialValueIsFinal, finalValue.whenComplete(handler));
  }

  private static RuntimeException unwrapped(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RuntimeException unchecked
        ? unchecked
        : new CompletionException(failure);
  }

  /** What a function makes of the estimate and of the result. */
  public <T> PartialResult<T> map(Function<R, T> f) {
    return new PartialResult<>(f.apply(initialValue), initialValueIsFinal, finalValue.thenApply(f));
  }

  @Override
  public String toString() {
    return (initialValueIsFinal ? "(final: " : "(partial: ") + initialValue + ")";
  }
}
