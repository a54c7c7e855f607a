package org.millrace.api.spi;

import java.util.List;
import java.util.Optional;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.StreamingListener;

/**
 * Runs the datasets and streams of one program.
 *
 * <p>Thread-safe. Methods that run jobs block their caller: before {@link #start} the program's
 * main thread, later the thread on which the engine calls the program's functions.
 */
public interface Engine extends AutoCloseable {
  /** How many partitions a shuffle has when the program does not say; at least 1. */
  int defaultParallelism();

  /**
   * Runs an action over the partitions from {@code fromPartition} to before {@code untilPartition}.
   *
   * @return one result for each of these partitions, in order
   * @throws org.millrace.api.error.MillraceException with code TASK_FAILED and the cause when a
   *     task failed in all its attempts
   */
  <R> List<R> runJob(RddNode rdd, JobAction<R> action, int fromPartition, int untilPartition);

  /**
   * Starts an action over the partitions from {@code fromPartition} to before {@code
   * untilPartition} and does not wait for it.
   */
  <R> SubmittedJob<R> submitJob(
      RddNode rdd, JobAction<R> action, int fromPartition, int untilPartition);

  /** Lines of the text files at a path, which may be a glob, in at least so many partitions. */
  RddNode textFile(String path, int minPartitions);

  /**
   * The records that a Hadoop input format gives.
   *
   * @param minPartitions a hint, as the format understands it
   * @throws org.millrace.api.error.MillraceException NO_SUCH_PATH when a path does not exist
   */
  RddNode hadoopInput(HadoopInput input, int minPartitions);

  /** Writes a dataset as text files into a new directory, published as a whole or not at all. */
  void saveAsTextFile(RddNode rdd, String path);

  /**
   * Writes a dataset by a Hadoop output format. Files go into a new directory, published as a whole
   * or not at all; what a format writes elsewhere is committed by its own committer.
   *
   * @throws org.millrace.api.error.MillraceException OUTPUT_EXISTS when the directory is there
   */
  void saveAsHadoop(RddNode rdd, HadoopOutput output);

  /**
   * Keeps the partitions of a dataset from when they are first computed, until it is given up or
   * nothing refers to the node any more.
   *
   * @throws org.millrace.api.error.MillraceException ILLEGAL_USE when it is kept at another level
   */
  void persist(RddNode rdd, StorageLevel level);

  /**
   * Drops what is kept of a dataset; does nothing when nothing is.
   *
   * @param waiting whether to return only when it is dropped
   */
  void unpersist(RddNode rdd, boolean waiting);

  /** How a dataset is kept; {@code StorageLevel.NONE} when it is not. */
  StorageLevel storageLevel(RddNode rdd);

  /**
   * Makes a value known to executors.
   *
   * @throws org.millrace.api.error.MillraceException ILLEGAL_USE when it cannot be sent
   */
  <T> Broadcast<T> broadcast(T value);

  /**
   * Gives an accumulator its number; from now on tasks can add to it.
   *
   * @param name shown to people; may be null
   */
  void register(AccumulatorV2<?, ?> accumulator, String name);

  /** Starts receivers and batches. Called at most once between two stops. */
  void start(StreamGraph graph);

  /** Tells a listener what happens from now on; may be called before the start. */
  void addListener(StreamingListener listener);

  /** Tells a listener nothing more; does nothing when it was not added. */
  void removeListener(StreamingListener listener);

  /**
   * The number of this driver among those that go on from one checkpoint, from 1: a later one has a
   * larger one. Known from the start of the streams on.
   */
  long epoch();

  /** The time before the first batch, from which slides are counted; empty before the start. */
  Optional<Time> zeroTime();

  /**
   * The dataset that a stream of the running graph has at a time: in the batch that is running, or
   * in an earlier one. The same node each time, and for state one that stays readable. Empty when
   * the stream has none: not after {@link #zeroTime}, or between two of its slides.
   *
   * <p>Called on the thread on which the engine calls the program's functions.
   *
   * @throws org.millrace.api.error.MillraceException ILLEGAL_USE when no graph is running, when no
   *     output needs the stream, when the time is after the batch that is running, or when the
   *     dataset is not kept any more
   */
  Optional<RddNode> dataset(StreamNode stream, Time batchTime);

  /**
   * Waits until streaming has ended.
   *
   * @param timeoutMs how long to wait; 0 does not wait, a negative value waits forever
   * @return whether streaming has ended
   * @throws org.millrace.api.error.MillraceException the first failure, when streaming ended by
   *     one; an engine that was closed returns true
   * @throws InterruptedException when the caller is interrupted while it waits
   */
  boolean awaitTermination(long timeoutMs) throws InterruptedException;

  /**
   * Ends streaming and returns when it has ended; does nothing when it was not started. When it is
   * called by a function of the program inside a batch, it returns at once and streaming ends after
   * that batch.
   */
  void stop(StopMode mode);

  /**
   * Gives up everything the engine holds; a second call does nothing. A graceful stop that was
   * asked for inside a batch is finished before.
   */
  @Override
  void close();
}
