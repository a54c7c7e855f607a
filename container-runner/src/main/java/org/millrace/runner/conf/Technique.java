package org.millrace.runner.conf;

/**
 * What makes tasks and their scheduling cheap and can be left out without a change of results, for
 * one reason: to measure what it gives. A process with the system property {@code
 * org.millrace.bench.without.NAME=true} does without. The names are those of {@link #toString}.
 */
public enum Technique {
  /** A class of its own for each operator of a pipeline. */
  HIDDEN_CLASSES("hidden-classes"),
  /** Chains of transparent functions run on bytes. */
  BYTES("bytes"),
  /** Numbers that are aggregated are not boxed, and their keys are bytes. */
  NUMERIC_TABLE("numeric-table"),
  /** A reference to a method such as {@code Long::sum} is known as the aggregation that it is. */
  KNOWN_MERGES("known-merges"),
  /** Pairs are combined before they are shuffled. */
  COMBINING("combining"),
  /** The keys of some pairs are looked up in a large state side by side. */
  READ_AHEAD("read-ahead"),
  /** Tasks that are alike are one message for an executor. */
  TASK_GROUPS("task-groups"),
  /** Where the partitions of a shuffle go is said once. */
  WIRINGS("wirings"),
  /** The tasks that a job has on an executor tell together that they have finished. */
  REPORTS("reports");

  private final String title;
  private final boolean isUsed;

  Technique(String title) {
    this.title = title;
    this.isUsed = !Boolean.getBoolean("org.millrace.bench.without." + title);
  }

  /** Always, unless this process was started to measure what it gives. */
  public boolean isUsed() {
    return isUsed;
  }

  @Override
  public String toString() {
    return title;
  }
}
