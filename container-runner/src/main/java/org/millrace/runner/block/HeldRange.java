package org.millrace.runner.block;

import java.util.List;
import org.millrace.api.streaming.receiver.SourcePosition;

/**
 * Which blocks of a stream an executor holds: {@code [from, until)}. Immutable.
 *
 * @param primary whether the receiver of the stream is, or was, here
 * @param untilRecords records in the blocks {@code [0, until)}
 * @param byteCount bytes of all blocks that were ever stored here
 * @param positions the newest of each source in those blocks
 */
public record HeldRange(
    long streamId,
    long from,
    long until,
    boolean primary,
    long untilRecords,
    long byteCount,
    List<SourcePosition> positions) {}
