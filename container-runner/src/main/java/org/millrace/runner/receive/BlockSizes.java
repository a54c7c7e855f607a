package org.millrace.runner.receive;

/**
 * Sizes of block buffers: powers of two, less what an array needs for itself, so that the largest
 * do not waste a region of the heap each. Immutable.
 *
 * @param maximumBytes where a block is cut; only a single larger record makes a larger block
 */
record BlockSizes(int maximumBytes) {
  static final int MINIMUM_BYTES = 16 << 10;
  private static final int ARRAY_HEADER_BYTES = 16;

  BlockSizes {
    if (maximumBytes < MINIMUM_BYTES) {
      throw new IllegalArgumentException(
          "blocks of at most %d bytes, expected at least %d"
              .formatted(maximumBytes, MINIMUM_BYTES));
    }
  }

  /** The sizes when all received blocks together may hold {@code budgetBytes}. */
  static BlockSizes within(int wantedMaximumBytes, long budgetBytes) {
    long quarter = Long.highestOneBit(Math.max(1, budgetBytes / 4));
    return new BlockSizes((int) Math.max(MINIMUM_BYTES, Math.min(wantedMaximumBytes, quarter)));
  }

  /** The smallest array that holds {@code bytes}; beyond the maximum exactly what is needed. */
  int arrayBytes(long bytes) {
    return (int) Math.max(grownArrayBytes(bytes), bytes);
  }

  /** The smallest array that holds {@code bytes}, but never more than the largest of a block. */
  int grownArrayBytes(long bytes) {
    long size = MINIMUM_BYTES;
    while (size < maximumBytes && size - ARRAY_HEADER_BYTES < bytes) {
      size *= 2;
    }
    return (int) Math.min(size, maximumBytes) - ARRAY_HEADER_BYTES;
  }
}
