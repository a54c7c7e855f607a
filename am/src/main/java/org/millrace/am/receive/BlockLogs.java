package org.millrace.am.receive;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The block logs of executors, each under a name of its own in the checkpoint directory.
 * Thread-safe; futures complete on any thread.
 */
public interface BlockLogs {

  /**
   * Makes the directory of a log that is to be written; it is made by the driver, so that an
   * executor which was given up cannot make it again.
   *
   * @param name as {@link #name} gives it
   * @return its path
   */
  CompletableFuture<String> make(String name);

  /**
   * Takes a log from its executor, for good, and finds out what is in it. It can be repeated when
   * it fails.
   *
   * @return without any stream when the log was never made
   */
  CompletableFuture<SealedLog> seal(String name);

  /** Names of all logs that there are, sealed or not, but these. */
  CompletableFuture<List<String>> others(Set<String> names);

  /** Deletes a sealed log that nobody needs. */
  void delete(String name);

  /**
   * The name of a log.
   *
   * @param epoch of the driver that lets it be written
   * @param count of the logs that this executor had in that epoch, from 1
   */
  static String name(long epoch, int executorId, int count) {
    String name = "e%06d-%06d".formatted(epoch, executorId);
    return count == 1 ? name : name + "-" + count;
  }
}
