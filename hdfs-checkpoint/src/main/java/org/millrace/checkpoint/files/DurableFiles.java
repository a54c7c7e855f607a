package org.millrace.checkpoint.files;

import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Files that survive the process. Thread-safe.
 *
 * <p>A path is a string, {@code scheme://authority/path}, not percent-encoded; without a scheme it
 * belongs to the default file system. Futures complete on a worker thread; a component posts the
 * answer to its own loop.
 *
 * <p>Unless a method says otherwise a future fails with a {@code MillraceException} of code {@code
 * NO_SUCH_PATH} when the path does not exist and {@code STORAGE_FAILED} when the file system fails.
 * Operations on names answer an {@link Outcome} instead of failing; the adapter logs the cause of
 * each that is not DONE.
 */
public interface DurableFiles {

  /**
   * Creates a file which must not exist, in a directory which must. It never creates directories: a
   * writer whose directory was renamed away must notice.
   *
   * @return the open file; fails with {@link FencedException} when the parent directory is missing,
   *     with code {@code FILE_EXISTS} when the name is taken
   */
  CompletableFuture<AppendFile> createExclusive(String path, CreateOptions options);

  /**
   * Opens a file for reading from an offset. Blocks, as reading does: the caller is on a thread
   * that may. A file that is still being written reads up to the length that was flushed when it
   * was opened. The stream is buffered and not thread-safe.
   *
   * @throws org.millrace.api.error.MillraceException {@code NO_SUCH_PATH}, {@code STORAGE_FAILED},
   *     or {@code ILLEGAL_USE} when the offset is behind the end
   */
  InputStream open(String path, long offset);

  /** The entries of a directory, ordered by path. */
  CompletableFuture<List<FileStatus>> list(String directory);

  /** {@link #list}; no entries when the directory does not exist. */
  default CompletableFuture<List<FileStatus>> listIfPresent(String directory) {
    return status(directory)
        .thenCompose(
            found ->
                found.isPresent() ? list(directory) : CompletableFuture.completedFuture(List.of()));
  }

  /**
   * The files and directories that match a pattern ({@code *}, {@code ?}, {@code [a-c]}, {@code
   * [^a]} and {@code {a,b}} within a path component), ordered by path; empty when none does.
   */
  CompletableFuture<List<FileStatus>> glob(String pattern);

  /** The status of a path; empty when it does not exist. */
  CompletableFuture<Optional<FileStatus>> status(String path);

  /**
   * Gives a file another name in one step, never over an existing one. DONE as well when the source
   * is missing and the target is there: the rename happened before.
   */
  CompletableFuture<Outcome> rename(String from, String to);

  /**
   * Gives a directory and all below it another name in one step, with the rules of {@link #rename};
   * never into an existing directory. Afterwards nothing can be created under the old name; files
   * that are open below it stay open for their writers until {@link #recoverLease}.
   */
  CompletableFuture<Outcome> renameDirectory(String from, String to);

  /** Deletes a file or a directory with all below it; DONE as well when it does not exist. */
  CompletableFuture<Outcome> delete(String path);

  /** Deletes each path; completes with those whose deletion is DONE, in their order. */
  default CompletableFuture<List<String>> deleteAll(List<String> paths) {
    List<CompletableFuture<Outcome>> deletions = paths.stream().map(this::delete).toList();
    return CompletableFuture.allOf(deletions.toArray(CompletableFuture[]::new))
        .thenApply(
            done ->
                IntStream.range(0, paths.size())
                    .filter(i -> deletions.get(i).join() == Outcome.DONE)
                    .mapToObj(paths::get)
                    .toList());
  }

  /** Creates a directory and its parents; DONE as well when it exists. */
  CompletableFuture<Outcome> makeDirectories(String directory);

  /**
   * Takes a file away from its writer. When the future completes, the file is closed, its length is
   * final, everything flushed is in it, and the old writer's next flush fails with {@link
   * FencedException}. Completes at once for a file that is closed already.
   *
   * @param timeout how long to try; then it fails with code {@code TIMED_OUT}
   */
  CompletableFuture<Void> recoverLease(String path, Duration timeout);

  /** The hosts that hold a range of a file, the best first; empty when it does not matter. */
  CompletableFuture<List<String>> blockLocations(String path, long offset, long length);
}
