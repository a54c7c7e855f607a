package org.millrace.checkpoint.segment;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.Answers;

/**
 * Takes the directory of a log away from its writer, for good. Thread-safe; futures complete on a
 * worker thread.
 *
 * <ol>
 *   <li>The directory gets another name: no segment can be created in it any more.
 *   <li>An empty file takes the old name: a writer that was claimed and comes late cannot make its
 *       directory.
 *   <li>The lease of every file inside is recovered: no flush succeeds any more.
 * </ol>
 *
 * Only then all that was ever acknowledged is there to be read. Every step can be repeated, by
 * anybody.
 */
public final class Sealing {

  private static final String SUFFIX = ".sealed";
  private static final int ROUNDS = 3;

  private final DurableFiles files;
  private final Duration leaseTimeout;

  /**
   * Seals with these files.
   *
   * @param leaseTimeout how long the lease recovery of one file may take; all run at the same time
   */
  public Sealing(DurableFiles files, Duration leaseTimeout) {
    this.files = files;
    this.leaseTimeout = leaseTimeout;
  }

  /** The name that a directory has once it is sealed. */
  public static String sealedName(String directory) {
    return directory + SUFFIX;
  }

  /**
   * Seals a directory.
   *
   * @param directory by its first name, whether it still has that or not
   * @return its name now, or empty when it was never made and now never will be. Fails with {@code
   *     STORAGE_FAILED} or {@code TIMED_OUT} when it may not be sealed, and must not be read then
   */
  public CompletableFuture<Optional<String>> seal(String directory) {
    return takeName(directory, ROUNDS)
        .thenCompose(taken -> files.status(sealedName(directory)))
        .thenCompose(
            found ->
                found.isPresent()
                    ? recoverAll(sealedName(directory))
                        .thenApply(done -> Optional.of(sealedName(directory)))
                    : CompletableFuture.completedFuture(Optional.empty()));
  }

  private CompletableFuture<Void> takeName(String directory, int rounds) {
    return files
        .status(directory)
        .thenCompose(
            found ->
                found.filter(FileStatus::directory).isPresent()
                    ? moveAway(directory)
                    : CompletableFuture.completedFuture(null))
        .thenCompose(moved -> occupy(directory))
        .thenCompose(
            occupied -> {
              if (occupied) {
                return CompletableFuture.completedFuture(null);
              }
              if (rounds == 0) {
                return CompletableFuture.failedFuture(notSealed(directory, "it comes back"));
              }
              return takeName(directory, rounds - 1);
            });
  }

  private CompletableFuture<Void> moveAway(String directory) {
    return files
        .renameDirectory(directory, sealedName(directory)) // this rename fences the next segment
        .thenCompose(
            outcome ->
                outcome == Outcome.DONE
                    ? CompletableFuture.completedFuture(null)
                    : probe(directory, outcome));
  }

  /** The names tell whether it happened, or whether somebody else did it. */
  private CompletableFuture<Void> probe(String directory, Outcome outcome) {
    return files
        .status(directory)
        .thenCombine(
            files.status(sealedName(directory)),
            (before, after) -> {
              if (before.filter(FileStatus::directory).isPresent()) {
                throw notSealed(
                    directory,
                    after.isPresent()
                        ? "there is %s too; move the one aside that is empty"
                            .formatted(sealedName(directory))
                        : "it could not be renamed (" + outcome + ")");
              }
              return null;
            });
  }

  private static MillraceException notSealed(String directory, String why) {
    return new MillraceException(
        ErrorCode.STORAGE_FAILED,
        "Could not seal %s: %s; nothing was read from it".formatted(directory, why));
  }

  /** Whether a file has the name now. */
  private CompletableFuture<Boolean> occupy(String directory) {
    return files
        .createExclusive(directory, CreateOptions.DEFAULT)
        .thenCompose(file -> file.close().thenApply(closed -> true))
        .exceptionallyCompose(
            fault ->
                Answers.cause(fault) instanceof MillraceException known
                        && known.code() == ErrorCode.FILE_EXISTS
                    ? files
                        .status(directory)
                        .thenApply(found -> found.isPresent() && !found.get().directory())
                    : CompletableFuture.failedFuture(fault));
  }

  private CompletableFuture<Void> recoverAll(String sealed) {
    return files.list(sealed).thenCompose(entries -> recoverAll(entries));
  }

  private CompletableFuture<Void> recoverAll(List<FileStatus> entries) {
    return CompletableFuture.allOf(
        entries.stream()
            .filter(entry -> !entry.directory())
            .map(entry -> files.recoverLease(entry.path(), leaseTimeout))
            .toArray(CompletableFuture<?>[]::new));
  }
}
