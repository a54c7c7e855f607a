package org.millrace.checkpoint.segment;

import java.util.Objects;

/**
 * What the header of every segment of a log says about the log. Immutable; the bytes are not
 * copied.
 *
 * @param magic the kind of log
 * @param version of the layout of header and payloads, from 1
 * @param owner who writes the log: an epoch, an executor
 * @param description what a reader needs to understand the payloads, at most 1 MiB
 */
public record SegmentLabel(int magic, int version, long owner, byte[] description) {

  public SegmentLabel {
    Objects.requireNonNull(description, "description");
    if (description.length > SegmentFormat.MAX_DESCRIPTION_BYTES) {
      throw new IllegalArgumentException(
          "description has %d bytes, at most %d"
              .formatted(description.length, SegmentFormat.MAX_DESCRIPTION_BYTES));
    }
  }
}
