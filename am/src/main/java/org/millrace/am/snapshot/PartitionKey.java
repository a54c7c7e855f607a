package org.millrace.am.snapshot;

/** A partition of a state. Immutable. */
record PartitionKey(int stateId, int partition) {}
