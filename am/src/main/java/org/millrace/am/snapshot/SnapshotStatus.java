package org.millrace.am.snapshot;

/**
 * The newest snapshot, for people. Immutable.
 *
 * @param versionMs its batch time; -1 when there is none
 * @param takenAtMs when it was durable
 * @param durationMs from its request to that
 * @param bytes that were written for it
 * @param rows that were written for it: keys that changed or went since the one before
 * @param storedBytes of all files' sections that a restore reads
 * @param failure why the last one that was tried has failed; empty when it has not
 */
public record SnapshotStatus(
    long versionMs,
    long takenAtMs,
    long durationMs,
    long bytes,
    long rows,
    long storedBytes,
    String failure) {
  /** No snapshot yet. */
  public static final SnapshotStatus NONE = new SnapshotStatus(-1, 0, 0, 0, 0, 0, "");

  /** The same, after another one was tried in vain. */
  SnapshotStatus failed(String why) {
    return new SnapshotStatus(versionMs, takenAtMs, durationMs, bytes, rows, storedBytes, why);
  }
}
