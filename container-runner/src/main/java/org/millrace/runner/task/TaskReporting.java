package org.millrace.runner.task;

/** How executors tell that tasks have finished. */
public enum TaskReporting {
  /**
   * One message for the tasks that a job has on an executor, at the next heartbeat at the latest.
   */
  TOGETHER,
  /** A message for each task. */
  EACH
}
