package org.millrace.am.receive;

/** A receiver that went on while there was no driver, and the stream that it fills. Immutable. */
public record RunningStream(int inputId, long streamId) {}
