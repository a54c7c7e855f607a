package org.millrace.am.files;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.graph.FileSplit;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;

/** Cuts files into splits of about equal size, with the hosts that hold them. Thread-safe. */
final class FileSplitter {
  private static final long LEAST_BYTES = 1L << 20;
  private static final long MOST_BYTES = 128L << 20;

  private final DurableFiles files;

  FileSplitter(DurableFiles files) {
    this.files = files;
  }

  /**
   * Splits in the order of the files. A split has at most 128 MiB and, if the files are large
   * enough, there are {@code parallelism} of them; compressed files are not split.
   */
  CompletableFuture<List<FileSplit>> split(List<FileStatus> found, int parallelism) {
    long total = found.stream().mapToLong(FileStatus::lengthBytes).sum();
    long wanted = Math.max(LEAST_BYTES, Math.min(MOST_BYTES, total / parallelism + 1));
    List<CompletableFuture<FileSplit>> splits = new ArrayList<>();
    for (FileStatus file : found) {
      long step = file.name().endsWith(".gz") ? Math.max(1, file.lengthBytes()) : wanted;
      for (long offset = 0; offset < file.lengthBytes(); offset += step) {
        splits.add(located(file, offset, Math.min(step, file.lengthBytes() - offset)));
      }
    }
    return CompletableFuture.allOf(splits.toArray(CompletableFuture[]::new))
        .thenApply(all -> splits.stream().map(CompletableFuture::join).toList());
  }

  private CompletableFuture<FileSplit> located(FileStatus file, long offset, long lengthBytes) {
    return files
        .blockLocations(file.path(), offset, lengthBytes)
        .thenApply(
            hosts ->
                new FileSplit(file.path(), offset, lengthBytes, file.modificationTimeMs(), hosts));
  }
}
