package org.millrace.am.receive;

/**
 * A stream of a driver before this one, as the event log knows it. Immutable.
 *
 * @param endedAt the number behind its last block, -1 when it was not ended
 * @param cut the first block that no batch took
 * @param released the first block that is still needed
 */
public record PastStream(
    long streamId, int inputId, int executorId, long endedAt, long cut, long released) {}
