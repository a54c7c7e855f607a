package org.millrace.am.snapshot;

/**
 * The images of state that stand by, for people. Immutable.
 *
 * @param heldPartitions of which an executor beside the home has an image
 * @param heldBytes of memory that all images take
 * @param fromStandby partitions that were restored from an image since the start
 * @param fromFiles partitions that were restored from files alone since the start
 */
public record StandbyStatus(
    long heldPartitions, long heldBytes, long fromStandby, long fromFiles) {}
