package org.millrace.checkpoint.blocklog;

import org.millrace.checkpoint.segment.RecordLocation;

/**
 * A block that is durable in the log of an executor. Immutable.
 *
 * @param location of the record that holds it, for {@link BlockLogReader#read}
 */
public record LoggedBlock(
    long stream, long sequence, long arrivalTimeMs, int recordCount, RecordLocation location) {}
