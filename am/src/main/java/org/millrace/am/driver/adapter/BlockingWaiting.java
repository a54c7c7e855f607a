package org.millrace.am.driver.adapter;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.millrace.am.schedule.JobRunner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Blocks the calling thread. Thread-safe. */
public final class BlockingWaiting implements JobRunner.Waiting {
  @Override
  public <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ErrorCode.ALREADY_STOPPED, "interrupted while waiting for the driver", interrupted);
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      if (cause instanceof MillraceException known) {
        // A new exception, so that the trace shows who waited; the cause keeps where it happened.
        throw new MillraceException(known.code(), known.getMessage(), known);
      }
      throw new MillraceException(ErrorCode.INTERNAL, cause.toString(), cause);
    }
  }
}
