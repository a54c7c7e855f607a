package org.millrace.runner.task;

/** What a step of a task, a feed or a sink says when it returns. */
enum Step {
  /** There is nothing left to do. */
  DONE,
  /** Call again. */
  MORE,
  /** Something must come first; the {@code wake} given to the step runs when it has. */
  WAIT
}
