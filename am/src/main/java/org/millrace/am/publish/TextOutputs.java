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
 * Prepares text files: tasks write into a directory of their own, the winners move into another
 * one, which is complete before anybody decides on it and holds nothing else: not what a failed
 * attempt left, nor what an executor that was given up still writes. Called on the threads that run
 * jobs. Thread-safe.
 *
 * <pre>
 *   parent/.millrace-staging/APPLICATION-eEPOCH-N/tasks/part-00000-a0 ...
 *   parent/.millrace-staging/APPLICATION-eEPOCH-N/ready/part-00000 ... _SUCCESS   --publish: one rename--   parent/name
 * </pre>
 */
public final class TextOutputs {
  private static final String SUCCESS = "_SUCCESS";
  private static final String STAGING = ".millrace-staging";
  private static final String READY = "ready";

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
    String staging = parent(path) + STAGING + "/" + owner + "-" + next.getAndIncrement();
    String tasks = staging + "/tasks";
    String staged = staging + "/" + READY;
    expectDone(files.makeDirectories(tasks), "create", tasks);
    expectDone(files.makeDirectories(staged), "create", staged);
    List<JobAction.WrittenFile> written =
        jobs.run(rdd, new JobAction.SaveText(tasks), 0, rdd.partitionCount());
    for (int partition = 0; partition < written.size(); partition++) {
      String from = tasks + "/" + written.get(partition).name();
      expectDone(
          files.rename(from, staged + "/" + String.format("part-%05d", partition)), "rename", from);
    }
    waiting.await(
        files
            .createExclusive(staged + "/" + SUCCESS, CreateOptions.DEFAULT)
            .thenCompose(file -> file.close()));
    return new StagedOutput(staged, path);
  }

  /** Removes what was prepared and will not be published. */
  public void discard(StagedOutput output) {
    String staging = stagingOf(output);
    expectDone(files.delete(staging), "delete", staging);
  }

  /** The directory around what was prepared; of no use after the publish. */
  static String stagingOf(StagedOutput output) {
    String staged = output.stagedDirectory();
    return staged.substring(0, staged.length() - READY.length() - 1);
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
