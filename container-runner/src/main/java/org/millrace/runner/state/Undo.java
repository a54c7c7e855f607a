package org.millrace.runner.state;

/** Takes back one change, when all changes after it were taken back. */
interface Undo {
  void undo();
}
