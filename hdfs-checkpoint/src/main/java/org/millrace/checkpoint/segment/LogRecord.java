package org.millrace.checkpoint.segment;

import java.nio.ByteBuffer;

/**
 * A record as it was read. Immutable, as long as nobody changes the payload.
 *
 * @param label of the segment it was read from
 * @param payload all of it, or its first bytes when the log was scanned
 */
public record LogRecord(
    long number, SegmentLabel label, RecordLocation location, ByteBuffer payload) {}
