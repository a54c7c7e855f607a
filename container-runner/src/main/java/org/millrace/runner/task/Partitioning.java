package org.millrace.runner.task;

import org.millrace.api.Partitioner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Asks a program's own partitioner, and checks what it says. Immutable. */
final class Partitioning {
  private final Partitioner partitioner;
  private final int count;

  Partitioning(Partitioner partitioner, int count) {
    this.partitioner = partitioner;
    this.count = count;
  }

  int partition(Object key) {
    int partition = partitioner.getPartition(key);
    if (partition < 0 || partition >= count) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          partitioner.getClass().getName()
              + " placed the key "
              + key
              + " into partition "
              + partition
              + ", expected 0 to "
              + (count - 1));
    }
    return partition;
  }
}
