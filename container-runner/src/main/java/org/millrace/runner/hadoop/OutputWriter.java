package org.millrace.runner.hadoop;

import java.io.Serializable;

/** Writes partitions on executors; travels with the functions of a job. Thread-safe. */
public interface OutputWriter extends Serializable {
  /**
   * Begins an attempt. Blocks.
   *
   * @param directory a directory that no other attempt uses; empty for a format without files
   * @param userClasses finds the classes of the program
   * @throws Exception what the format throws
   */
  RecordOutput open(String directory, Attempt attempt, ClassLoader userClasses) throws Exception;

  /**
   * Which attempt writes. Immutable.
   *
   * @param partition names the files
   * @param number differs between attempts of a partition
   */
  record Attempt(int partition, int number) {}
}
