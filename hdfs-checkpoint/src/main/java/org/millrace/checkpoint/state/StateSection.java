package org.millrace.checkpoint.state;

/**
 * A partition of a state in a file. Immutable.
 *
 * @param stateId number of the state in the program that wrote it
 * @param versionMs batch time that it is of
 * @param isDelta whether it has only what changed since the section before it, which is in an
 *     earlier file
 * @param form how rows are written
 * @param offset of its first block in the file
 * @param lengthBytes of all its blocks
 * @param rows with a value
 * @param removed rows without one
 */
public record StateSection(
    int stateId,
    int partition,
    long versionMs,
    boolean isDelta,
    int form,
    long offset,
    long lengthBytes,
    long rows,
    long removed) {}
