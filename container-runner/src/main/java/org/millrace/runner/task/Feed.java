package org.millrace.runner.task;

/**
 * The records of one input on their way into the head of a segment that it was made for. Owned by
 * the slot loop of the task.
 */
interface Feed extends AutoCloseable {
  /**
   * Pushes one page.
   *
   * @param wake runs, on any thread, after WAIT was returned
   */
  Step push(Runnable wake) throws Exception;

  /**
   * Gathers what is needed so that {@link #push} never returns WAIT any more, for a user's iterator
   * cannot wait. DONE when that is so; asked again it is DONE again. After it {@code push} may
   * block while it reads a disk or a file. Pushes nothing into the head.
   */
  Step prepareToBlock(Runnable wake) throws Exception;

  /** Records read so far from what is not a pipe. */
  long recordCount();

  /** Gives up what is open, and clears what it left behind in the pipe. Idempotent. */
  @Override
  void close();
}
