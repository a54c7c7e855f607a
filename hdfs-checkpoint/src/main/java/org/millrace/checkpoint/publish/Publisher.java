package org.millrace.checkpoint.publish;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;

/**
 * Publishes output that a committed batch prepared. Thread-safe; futures complete on a worker
 * thread.
 *
 * <p>Publishing is idempotent: a staged directory that is gone while its target is there was
 * published before, by whichever driver.
 */
public final class Publisher {

  private final DurableFiles files;

  public Publisher(DurableFiles files) {
    this.files = files;
  }

  /**
   * Gives the staged directory its target name.
   *
   * @return DONE, now or before; UNKNOWN when the file system did not tell: publish again later. It
   *     is FAILED when the rename was refused and the staged directory is still there. Fails with
   *     code {@code OUTPUT_EXISTS} when both are there: somebody else made the target; with {@code
   *     NO_SUCH_PATH} when neither is
   */
  public CompletableFuture<Outcome> publish(StagedOutput output) {
    return files
        .renameDirectory(
            output.stagedDirectory(), output.targetDirectory()) // this rename is the publish
        .thenCompose(
            outcome ->
                outcome == Outcome.FAILED
                    ? explain(output)
                    : CompletableFuture.completedFuture(outcome));
  }

  private CompletableFuture<Outcome> explain(StagedOutput output) {
    return files
        .status(output.stagedDirectory())
        .thenCombine(
            files.status(output.targetDirectory()),
            (staged, target) -> explain(output, staged, target));
  }

  private static Outcome explain(
      StagedOutput output, Optional<FileStatus> staged, Optional<FileStatus> target) {
    if (staged.isPresent() && target.isPresent()) {
      throw new MillraceException(
          ErrorCode.OUTPUT_EXISTS,
          "Could not publish %s as %s: the target exists and is not of this application; remove it"
              .formatted(output.stagedDirectory(), output.targetDirectory()));
    }
    if (staged.isEmpty() && target.isEmpty()) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_PATH,
          "Could not publish %s as %s: neither exists; somebody removed the output"
              .formatted(output.stagedDirectory(), output.targetDirectory()));
    }
    return staged.isEmpty() ? Outcome.DONE : Outcome.FAILED;
  }
}
