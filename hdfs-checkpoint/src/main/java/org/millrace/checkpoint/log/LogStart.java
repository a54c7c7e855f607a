package org.millrace.checkpoint.log;

/** What the first segment of an epoch's log must say about itself. Immutable. */
record LogStart(long epoch, long firstPosition) {}
