package org.millrace.api;

import java.io.Serializable;

/**
 * Says which partition a key belongs to.
 *
 * <p>Runs on executors, so it is serializable and gives the same answer in every process. Two
 * partitioners that are equal place every key alike; datasets with equal partitioners are not
 * shuffled again.
 */
public abstract class Partitioner implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How many partitions there are; at least one. */
  public abstract int numPartitions();

  /** The partition of a key, from 0 to {@code numPartitions() - 1}. The key may be null. */
  public abstract int getPartition(Object key);
}
