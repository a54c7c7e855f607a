package org.millrace.runner.task;

/**
 * The input of a task, or of the part of its pipeline behind an operator over iterators. Owned by
 * the slot loop of the task.
 */
interface Feed extends AutoCloseable {
  /**
   * Pushes one page.
   *
   * @param wake runs, on any thread, after WAIT was returned
   */
  Step push(RecordConsumer head, Runnable wake) throws Exception;

  /**
   * Gathers what is needed so that {@link #push} never returns WAIT any more, for a user's iterator
   * cannot wait. DONE when that is so. After it {@code push} may block while it reads a disk or a
   * file.
   */
  Step prepareToBlock(Runnable wake);

  /** Records pushed so far. */
  long recordCount();

  /** Gives up what is open. */
  @Override
  void close();
}
