package org.millrace.runner.task;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The end of a pipeline. Subclasses are defined anew for each template, with the rules of {@link
 * RecordOperator}. A sink serves one task at a time: {@code begin}, then records and {@code ready}
 * in turn, then {@code finish} until DONE, then {@code result}; {@code end} in any case.
 */
abstract class Sink implements RecordConsumer {
  long recordCount;

  /** What a task gives to the driver. */
  record Result(Object payloadOrNull, int recordCount, String outputFile, long outputBytes) {
    static final Result NOTHING = new Result(null, 0, "", 0);

    static Result of(ByteBuffer bytes, int recordCount) {
      return new Result(bytes, recordCount, "", 0);
    }

    static Result of(List<Object> records) {
      return new Result(records, records.size(), "", 0);
    }
  }

  /** Prepares for the records of a task. */
  abstract void begin(SinkContext context) throws Exception;

  /**
   * Between two pages: DONE when the next page may come, MORE to be called again first, WAIT until
   * {@code wake}, which runs on any thread.
   */
  Step ready(Runnable wake) throws Exception {
    return Step.DONE;
  }

  /** True when further records would change nothing. */
  boolean isSatisfied() {
    return false;
  }

  /** After the last record; called until it returns DONE. */
  Step finish(Runnable wake) throws Exception {
    return Step.DONE;
  }

  Result result() throws Exception {
    return Result.NOTHING;
  }

  /** Forgets the task, finished or not. */
  void end() {}

  /** Bytes given to the shuffle. */
  long shuffleBytes() {
    return 0;
  }

  long genericBytes() {
    return 0;
  }
}
