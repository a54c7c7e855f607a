package org.millrace.runner.hadoop.adapter;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.apache.hadoop.fs.Path;

/**
 * Puts the splits of the files of a directory into the order of their names, because a local file
 * system lists in any order. Splits of one file keep theirs, and so do directories.
 */
final class SplitOrder {
  private SplitOrder() {}

  /**
   * Orders a list in place.
   *
   * @param pathOf the file of a split; null when it is no part of a file
   */
  static <S> void byName(List<S> splits, Function<S, Path> pathOf) {
    int from = 0;
    while (from < splits.size()) {
      Path directory = directory(pathOf.apply(splits.get(from)));
      int until = from + 1;
      while (until < splits.size()
          && Objects.equals(directory, directory(pathOf.apply(splits.get(until))))) {
        until++;
      }
      if (directory != null) {
        splits
            .subList(from, until)
            .sort(Comparator.comparing((S split) -> pathOf.apply(split).getName()));
      }
      from = until;
    }
  }

  private static Path directory(Path fileOrNull) {
    return fileOrNull == null ? null : fileOrNull.getParent();
  }
}
