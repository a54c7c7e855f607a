package org.millrace.am.publish;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.schedule.JobRunner.Waiting;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.RddNode;
import org.millrace.api.spi.JobAction;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.publish.StagedOutput;

/**
 * Prepares text files: tasks write under a staging directory next to the target, the winners get
 * their final names there, and the directory is complete before anybody decides on it. Called on
 * the threads that run jobs. Thread-safe.
 *
 * <pre>
 *   parent/.millrace-staging/APPLICATION-eEPOCH-N/part-00000 ... _SUCCESS   --publish: one rename--   parent/name
 * </pre>
 */
public final class TextOutputs {
  private static final String SUCCESS = "_SUCCESS";

  private final DurableFiles files;
  private final JobRunner jobs;
  private final Waiting waiting;
  private final String owner;
  private final AtomicLong next = new AtomicLong();

  /**
   * @param owner application and epoch, so that no other driver uses the same names
   */
  public TextOutputs(DurableFiles files, JobRunner jobs, Waiting waiting, String owner) {
    this.files = files;
    this.jobs = jobs;
    this.waiting = waiting;
    this.owner = owner;
  }

  /**
   * Writes a dataset into a new staging directory.
   *
   * @throws MillraceException OUTPUT_EXISTS when the target is there already
   */
  public StagedOutput prepare(RddNode rdd, String target) {
    String path = withoutTrailingSlash(target);
    if (waiting.await(files.status(path)).isPresent()) {
      throw new MillraceException(
          ErrorCode.OUTPUT_EXISTS,
          "output directory " + path + " exists already; choose another one or delete it first");
    }
    String staged = parent(path) + ".millrace-staging/" + owner + "-" + next.getAndIncrement();
    expectDone(files.makeDirectories(staged), "create", staged);
    List<JobAction.WrittenFile> written =
        jobs.run(rdd, new JobAction.SaveText(staged), 0, rdd.partitionCount());
    for (int partition = 0; partition < written.size(); partition++) {
      String from = staged + "/" + written.get(partition).name();
      String to = staged + "/" + String.format("part-%05d", partition);
      if (!from.equals(to)) {
        expectDone(files.rename(from, to), "rename", from);
      }
    }
    waiting.await(
        files
            .createExclusive(staged + "/" + SUCCESS, CreateOptions.DEFAULT)
            .thenCompose(file -> file.close()));
    return new StagedOutput(staged, path);
  }

  /** Removes what was prepared and will not be published. */
  public void discard(StagedOutput output) {
    expectDone(files.delete(output.stagedDirectory()), "delete", output.stagedDirectory());
  }

  private void expectDone(CompletableFuture<Outcome> operation, String what, String path) {
    Outcome outcome = waiting.await(operation);
    if (outcome != Outcome.DONE) {
      throw new MillraceException(
          outcome == Outcome.FAILED ? ErrorCode.STORAGE_FAILED : ErrorCode.DURABILITY_UNKNOWN,
          "could not " + what + " " + path + ": the outcome is " + outcome + "; see the log");
    }
  }

  private static String withoutTrailingSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }
}
