package org.millrace.checkpoint.segment;

/**
 * Where a log ends. Immutable.
 *
 * @param nextNumber the number after the last record
 * @param tornBytes bytes of unfinished appends at the ends of segments, which were ignored
 */
public record RecordLogEnd(long nextNumber, long tornBytes) {}
