package org.millrace.runner.hadoop.adapter;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.fs.Path;

/**
 * Puts the splits of the files of a directory into the order of their names, because a local file
 * system lists in any order. Splits of one file keep theirs, and so do directories.
 */
final class SplitOrder {
  private SplitOrder() {}

  /** Orders a list of splits of either interface in place. */
  static <S> void byName(List<S> splits) {
    int from = 0;
    while (from < splits.size()) {
      Path directory = directory(splits.get(from));
      int until = from + 1;
      while (until < splits.size() && Objects.equals(directory, directory(splits.get(until)))) {
        until++;
      }
      if (directory != null) {
        splits
            .subList(from, until)
            .sort(Comparator.comparing((S split) -> Splits.fileOrNull(split).getName()));
      }
      from = until;
    }
  }

  private static Path directory(Object split) {
    Path fileOrNull = Splits.fileOrNull(split);
    return fileOrNull == null ? null : fileOrNull.getParent();
  }
}
