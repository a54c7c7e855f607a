package org.millrace.api.graph;

import java.util.List;

/**
 * The lines of parts of text files, one partition for each part; made by the engine.
 *
 * <p>A line belongs to the part that its first byte is in, so a reader skips to the first line that
 * begins in its part and reads beyond its end to finish the last one. Records are {@code String}s
 * without the line end ({@code \n} or {@code \r\n}).
 */
public final class TextFilesNode extends SourceNode {
  private final List<FileSplit> splits;

  /** The lines of these parts, in order. */
  public TextFilesNode(List<FileSplit> splits) {
    this(splits, "text files");
  }

  /** The lines of these parts, in order, read at a place of the program. */
  public TextFilesNode(List<FileSplit> splits, String description) {
    super(description);
    this.splits = List.copyOf(splits);
  }

  /** The parts, each one a partition. */
  public List<FileSplit> splits() {
    return splits;
  }

  @Override
  public int partitionCount() {
    return splits.size();
  }
}
