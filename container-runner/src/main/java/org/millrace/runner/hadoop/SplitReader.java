package org.millrace.runner.hadoop;

import java.io.Serializable;
import java.nio.ByteBuffer;

/** Reads the splits of one input on executors; travels with the functions of a job. Thread-safe. */
public interface SplitReader extends Serializable {
  /**
   * Opens a split. Blocks.
   *
   * @param split what the driver encoded
   * @param userClasses finds the classes of the program
   * @throws Exception what the format throws
   */
  RecordCursor open(ByteBuffer split, ClassLoader userClasses) throws Exception;
}
