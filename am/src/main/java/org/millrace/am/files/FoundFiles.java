package org.millrace.am.files;

import java.util.List;
import java.util.Objects;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.RddNode;

/**
 * Files and the dataset that reads them. Immutable.
 *
 * @param splits what is read of which file; the whole of a file that a Hadoop format splits
 */
public record FoundFiles(List<FileSplit> splits, RddNode dataset) {
  public FoundFiles {
    splits = List.copyOf(splits);
    Objects.requireNonNull(dataset, "dataset");
  }

  /** No files. */
  public static FoundFiles none() {
    return new FoundFiles(List.of(), new EmptyNode());
  }
}
