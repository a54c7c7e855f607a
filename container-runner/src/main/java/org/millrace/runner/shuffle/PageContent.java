package org.millrace.runner.shuffle;

import java.nio.ByteBuffer;

/** The records of a page. */
public sealed interface PageContent {
  /** How many records. */
  int count();

  /** By reference, inside one process. The first {@code count} elements; never changed. */
  record Records(Object[] records, int count) implements PageContent {}

  /** In the record encoding. */
  record Encoded(ByteBuffer bytes, int count) implements PageContent {
    /** An independent view. */
    @Override
    public ByteBuffer bytes() {
      return bytes.duplicate();
    }
  }
}
