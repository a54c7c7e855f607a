package org.millrace.runner.task;

/** One attempt of one task. */
record TaskKey(long jobId, int placementVersion, int stage, int partition, int attempt) {
  @Override
  public String toString() {
    return "task "
        + partition
        + " of stage "
        + stage
        + " of job "
        + jobId
        + " (attempt "
        + attempt
        + ", placement "
        + placementVersion
        + ")";
  }
}
