package org.millrace.checkpoint.segment;

/**
 * What a record log did so far. Immutable.
 *
 * @param records that are durable
 * @param bytes of payloads that are durable
 * @param flushes that made records durable
 * @param longestFlushNanos the longest wait of a write for its acknowledgement
 * @param hedges how often records went to a spare because a segment did not answer in time
 * @param hedgesWon how often the spare acknowledged first
 * @param failures writes and creations of segments that failed and were made good elsewhere
 * @param failedReleases deletions that did not succeed; each is tried again at the next release
 */
public record RecordLogCounters(
    long records,
    long bytes,
    long flushes,
    long longestFlushNanos,
    long hedges,
    long hedgesWon,
    long failures,
    long failedReleases) {}
