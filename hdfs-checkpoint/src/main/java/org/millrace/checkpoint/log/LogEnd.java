package org.millrace.checkpoint.log;

/**
 * Where the log of an epoch ends. Immutable.
 *
 * @param nextPosition the position that the next event of the log gets
 * @param tornBytes bytes of an unfinished append at the end, which were ignored
 */
public record LogEnd(long nextPosition, long tornBytes) {}
