package org.millrace.api.graph;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** A stream of what is in files that appear in a directory. */
public final class FileStreamNode extends InputStreamNode {
  private final Selection selection;
  private final Optional<HadoopInput> format;

  /**
   * Which files a stream reads.
   *
   * @param directory path or URI of a directory, or a glob of directories
   * @param newFilesOnly whether files that were there before the start are left out
   * @param filter whether a file, by its full path, is read; called in the driver. Absent: names
   *     that begin with a dot or an underscore, or end in {@code ._COPYING_} or {@code .tmp}, are
   *     left out
   */
  public record Selection(
      String directory, boolean newFilesOnly, Optional<Predicate<String>> filter) {
    /** Checks that everything is given. */
    public Selection {
      Objects.requireNonNull(directory, "directory");
      Objects.requireNonNull(filter, "filter");
    }
  }

  /** The lines of the text files of a directory. */
  public FileStreamNode(NodeLabel label, int inputId, String directory, boolean newFilesOnly) {
    this(
        label, inputId, new Selection(directory, newFilesOnly, Optional.empty()), Optional.empty());
  }

  /**
   * What a format makes of files.
   *
   * @param format how files are read, without paths; absent for lines of text
   */
  public FileStreamNode(
      NodeLabel label, int inputId, Selection selection, Optional<HadoopInput> format) {
    super(label, inputId);
    this.selection = Objects.requireNonNull(selection, "selection");
    this.format = Objects.requireNonNull(format, "format");
  }

  /** Path or URI of a directory, or a glob of directories. */
  public String directory() {
    return selection.directory();
  }

  /** Whether files that were there before the start are left out. */
  public boolean newFilesOnly() {
    return selection.newFilesOnly();
  }

  /** Whether a file is read; absent for the usual rule. */
  public Optional<Predicate<String>> filter() {
    return selection.filter();
  }

  /** How files are read; absent for lines of text. */
  public Optional<HadoopInput> format() {
    return format;
  }
}
