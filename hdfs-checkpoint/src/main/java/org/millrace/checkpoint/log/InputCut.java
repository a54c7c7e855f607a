package org.millrace.checkpoint.log;

import java.util.List;
import org.millrace.api.graph.BlockRange;

/**
 * What a batch reads from one input. The order of partitions, and of ranges within one, is the
 * order of the data. Immutable.
 */
public sealed interface InputCut {

  /** The input in the stream graph. */
  int inputId();

  /** Blocks of a receiver's streams, by partition. */
  record BlocksCut(int inputId, List<List<BlockRange>> partitions) implements InputCut {
    public BlocksCut {
      partitions = partitions.stream().map(List::copyOf).toList();
    }
  }

  /** Ranges of files, by partition. */
  record FilesCut(int inputId, List<List<FileRange>> partitions) implements InputCut {
    public FilesCut {
      partitions = partitions.stream().map(List::copyOf).toList();
    }
  }

  /**
   * The dataset of a queue.
   *
   * @param queueIndex its number in the order of queueing, from 0
   */
  record QueueCut(int inputId, long queueIndex) implements InputCut {
    public QueueCut {
      if (queueIndex < 0) {
        throw new IllegalArgumentException("queueIndex is " + queueIndex);
      }
    }
  }
}
