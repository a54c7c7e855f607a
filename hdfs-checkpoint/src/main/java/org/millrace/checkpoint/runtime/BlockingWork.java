package org.millrace.checkpoint.runtime;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Named executors for work that blocks (files, cluster calls, user functions). Thread-safe. */
public interface BlockingWork {

  /**
   * Runs the work on a thread of the executor with this name. Works of one name may run at the same
   * time and in any order; a slow name never delays another one.
   *
   * <p>The future completes on the worker thread, exceptionally with whatever the work threw: a
   * component posts the answer to its own {@link Loop}.
   *
   * @param name the executor, one of a few constant words such as {@code "files"}
   */
  <T> CompletableFuture<T> run(String name, Callable<T> work);
}
