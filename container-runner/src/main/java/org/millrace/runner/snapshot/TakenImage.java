package org.millrace.runner.snapshot;

import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.state.StateImage;

/**
 * An image that stood by and is made the partition itself. Immutable; closed when the partition
 * accounts for its memory, or the image is of no use any more.
 *
 * @param sections of the partition's chain that it is made of
 */
record TakenImage(StateImage image, int sections, long bytes, MemoryAccountant memory)
    implements AutoCloseable {
  @Override
  public void close() {
    memory.giveBack(bytes);
  }
}
