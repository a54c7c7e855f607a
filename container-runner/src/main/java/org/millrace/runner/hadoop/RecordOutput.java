package org.millrace.runner.hadoop;

import java.util.List;

/** What one attempt writes. All methods may block. Used by one thread at a time. */
public interface RecordOutput {
  /**
   * Writes one record.
   *
   * @throws Exception what the format throws
   */
  void write(Object record) throws Exception;

  /**
   * Ends the attempt well.
   *
   * @return of a format its files relative to the attempt's directory, in order, none when it
   *     writes no files; of a sink its message
   * @throws Exception what the format or sink throws
   */
  List<?> commit() throws Exception;

  /**
   * Gives the attempt up.
   *
   * @throws Exception what the format throws
   */
  void abort() throws Exception;
}
