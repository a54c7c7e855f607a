package org.millrace.am.files;

import java.util.Objects;

/**
 * A file stream as the page shows it. Immutable.
 *
 * @param files that batches took since the start
 * @param bytes of these
 * @param recordsPerSecond of the last batch that was completed; 0 while its records are not known
 * @param bytesPerSecond of the last batch that was completed
 * @param mostBytesPerSecond what batches may take now; 0 for no limit
 * @param waitingFiles found, but more than a batch may take
 * @param problem why its directory cannot be listed; empty when it can
 */
public record FileSourceStatus(
    int inputId,
    String name,
    String directory,
    long files,
    long bytes,
    long recordsPerSecond,
    long bytesPerSecond,
    long mostBytesPerSecond,
    long waitingFiles,
    String problem) {
  public FileSourceStatus {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(problem, "problem");
  }
}
