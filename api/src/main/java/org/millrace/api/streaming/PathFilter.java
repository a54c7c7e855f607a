package org.millrace.api.streaming;

import java.util.Objects;
import java.util.function.Predicate;
import org.apache.hadoop.fs.Path;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;

/** A program's choice of files, by their full paths. */
final class PathFilter implements Predicate<String> {
  private final Function<Path, Boolean> filter;

  PathFilter(Function<Path, Boolean> filter) {
    this.filter = Objects.requireNonNull(filter, "the filter is null");
  }

  @Override
  public boolean test(String path) {
    try {
      return filter.call(new Path(path));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.BATCH_FAILED, "the filter of fileStream failed for " + path + ": " + e, e);
    }
  }
}
