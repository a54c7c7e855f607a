package org.millrace.api.sink;

/**
 * Stages the records of one attempt at a partition, on an executor. The calls are {@code write} any
 * number of times, then {@code prepare}, then {@code close}; by one thread at a time, all may
 * block. When any of them fails, or the attempt is not wanted any more, {@code abort} and {@code
 * close} follow. An executor that dies calls nothing any more.
 *
 * @param <T> type of the records
 */
public interface SinkWriter<T> {
  /** The largest message of {@link #prepare()}. */
  int MAX_MESSAGE_BYTES = 16 * 1024;

  /**
   * Takes the next record of the partition, in its order.
   *
   * @throws SinkAwayException holds the stream up until the sink is back
   * @throws Exception fails the attempt
   */
  void write(T record) throws Exception;

  /**
   * Makes everything that was written durable under a name of this attempt, such as {@link
   * SinkAttempt#name}, and visible to nobody. When it returns, a commit that names this attempt
   * needs nothing from this process any more.
   *
   * @return what the committer must know of the attempt, at most {@link #MAX_MESSAGE_BYTES}; empty
   *     when nothing was staged. When all partitions of a batch say so, there is nothing to commit
   * @throws SinkAwayException holds the stream up until the sink is back
   * @throws Exception fails the attempt
   */
  byte[] prepare() throws Exception;

  /**
   * Gives up what was staged, because the attempt failed or is not wanted any more.
   *
   * @throws Exception is reported with the failure of the attempt; what stays is removed by {@link
   *     SinkCommitter#cleanUp}
   */
  void abort() throws Exception;

  /**
   * Gives back what the writer holds; called last, once or twice.
   *
   * @throws Exception fails the attempt
   */
  void close() throws Exception;
}
