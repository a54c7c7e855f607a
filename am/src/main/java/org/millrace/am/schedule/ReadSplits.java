package org.millrace.am.schedule;

import org.millrace.runner.wire.proto.TaskInput;

/**
 * Told how many records a part of a file has, on the driver loop, when a task has read all of it.
 */
@FunctionalInterface
public interface ReadSplits {
  /** Nobody wants to know. */
  ReadSplits UNCOUNTED = (split, records) -> {};

  /**
   * A task has read the part to its end, perhaps not the first one.
   *
   * @param split a FileInput or a SplitInput, equal to that of the plan
   */
  void onRead(TaskInput split, long records);
}
