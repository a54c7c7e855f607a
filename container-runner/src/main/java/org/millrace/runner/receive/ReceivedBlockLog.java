package org.millrace.runner.receive;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.millrace.runner.block.LoggedPlace;
import org.millrace.runner.block.StoredBlock;

/**
 * The write-ahead log of an executor's received blocks. Called on the control loop; futures
 * complete on any thread.
 */
public interface ReceivedBlockLog {
  /** Opens the log of an executor in a directory that the driver made for it. */
  interface Opener {
    /**
     * Returns at once.
     *
     * @param onFailed told once, on the control loop, when the log takes no more
     */
    ReceivedBlockLog open(String directory, Consumer<Throwable> onFailed);
  }

  /**
   * Appends a block; completes with its place when it and all before it are flushed. A failure is
   * final: with it, or after it, nothing is known to be durable, and every later append fails too.
   */
  CompletableFuture<LoggedPlace> append(StoredBlock block);

  /** The blocks of a stream below {@code until} are not needed any more. */
  void release(long streamId, long until);

  /** Bytes of blocks in the log that were not released, and of those behind them. */
  long retainedBytes();

  /** Ends the log; what was appended is flushed if that is possible. Idempotent. */
  CompletableFuture<Void> close();
}
