package org.millrace.api.sink;

import java.io.Serializable;

/**
 * Somewhere that the batches of a stream are written to, each exactly once.
 *
 * <pre>
 *   executors   open - write, write ... - prepare      one writer for each attempt at a partition
 *   driver      the commit record of the batch names the attempts that count: this is the decision
 *   driver      committer.commit(batch)                until it says DONE; after the record is durable
 * </pre>
 *
 * What a writer prepares is durable and cannot be seen. What is visible changes in {@link
 * SinkCommitter#commit} alone, which has the batch time as the key under which it finds out that it
 * was there before. The sink is serialized for the executors, with everything in its fields; it
 * never reaches a durable file.
 *
 * @param <T> type of the records
 */
public interface Sink<T> extends Serializable {
  /**
   * Begins an attempt at one partition of one batch, on an executor. May block.
   *
   * @throws Exception fails the attempt; the task is tried again
   */
  SinkWriter<T> open(SinkAttempt attempt) throws Exception;

  /**
   * The committer of an output of this sink, made once in each driver before its first batch. May
   * block, and may create what writers need.
   *
   * @throws Exception fails the start of the streaming context
   */
  SinkCommitter committer(SinkContext context) throws Exception;
}
