package org.millrace.api.graph;

import java.util.Objects;

/** A stream of the lines of text files that appear in a directory. */
public final class FileStreamNode extends InputStreamNode {
  private final String directory;
  private final boolean newFilesOnly;

  /**
   * The files of a directory.
   *
   * @param directory path or URI of a directory, or a glob of directories
   * @param newFilesOnly whether files that were there before the start are left out
   */
  public FileStreamNode(NodeLabel label, int inputId, String directory, boolean newFilesOnly) {
    super(label, inputId);
    this.directory = Objects.requireNonNull(directory, "directory");
    this.newFilesOnly = newFilesOnly;
  }

  /** Path or URI of a directory, or a glob of directories. */
  public String directory() {
    return directory;
  }

  /** Whether files that were there before the start are left out. */
  public boolean newFilesOnly() {
    return newFilesOnly;
  }
}
