package org.millrace.am.receive;

/**
 * A receiver that went on while there was no driver, and the stream that it fills. Immutable.
 *
 * @param ending whether it is about to stop: a report says where it did
 */
public record RunningStream(int inputId, long streamId, boolean ending) {}
