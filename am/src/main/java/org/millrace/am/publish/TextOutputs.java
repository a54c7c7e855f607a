package org.millrace.am.publish;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.schedule.JobRunner.Waiting;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.RddNode;
import org.millrace.api.spi.JobAction;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.hadoop.HadoopFormats;
import org.millrace.runner.hadoop.HadoopFormats.PlannedOutput;

/**
 * Prepares files: tasks write into a directory of their own, what the winners wrote moves into
 * another one, which is complete before anybody decides on it and holds nothing else: not what a
 * failed attempt left, nor what an executor that was given up still writes. Called on the threads
 * that run jobs. Thread-safe.
 *
 * <pre>
 *   parent/.millrace-staging/APPLICATION-eEPOCH-N/tasks/part-00000-v0-a0 ...              text: a file
 *   parent/.millrace-staging/APPLICATION-eEPOCH-N/tasks/part-00000-v0-a0/part-r-00000 ... a format: a directory
 *   parent/.millrace-staging/APPLICATION-eEPOCH-N/ready/part-00000 ... _SUCCESS   --publish: one rename--   parent/name
 * </pre>
 */
public final class TextOutputs {
  private static final String SUCCESS = "_SUCCESS";
  private static final String STAGING = ".millrace-staging";
  private static final String READY = "ready";

  private static final String WORK = "formats";

  private final DurableFiles files;
  private final HadoopFormats formats;
  private final BlockingWork work;
  private final JobRunner jobs;
  private final Waiting waiting;
  private final String owner;
  private final AtomicLong next = new AtomicLong();

  @GuardedBy("this")
  private final Map<HadoopOutput, PlannedOutput> plannedOutputs = new IdentityHashMap<>();

  /**
   * @param owner application and epoch, so that no other driver uses the same names
   */
  public TextOutputs(
      DurableFiles files,
      HadoopFormats formats,
      BlockingWork work,
      JobRunner jobs,
      Waiting waiting,
      String owner) {
    this.files = files;
    this.formats = formats;
    this.work = work;
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
    return prepare(target, tasks -> textFiles(rdd, tasks));
  }

  /**
   * Writes a dataset by an output format that writes files into a new staging directory.
   *
   * @throws MillraceException OUTPUT_EXISTS when the target is there already; ILLEGAL_USE when two
   *     tasks wrote a file of one name, or the format writes no files
   */
  public StagedOutput prepare(RddNode rdd, String target, HadoopOutput output) {
    return prepare(target, planned(output), rdd, output.description());
  }

  private StagedOutput prepare(
      String target, PlannedOutput planned, RddNode rdd, String description) {
    if (!planned.writesFiles()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          description
              + ": the output format writes no files, so its output cannot appear with the commit"
              + " of a batch; write it in foreachRDD by saveAsHadoopDataset, which commits on its"
              + " own");
    }
    blocking(() -> planned.check(withoutTrailingSlash(target)));
    return prepare(target, tasks -> formattedFiles(rdd, tasks, planned));
  }

  /**
   * Saves a dataset through an output format outside of any batch.
   *
   * @param publish gives prepared files their name
   */
  public void save(RddNode rdd, HadoopOutput output, Consumer<StagedOutput> publish) {
    PlannedOutput planned = waiting.await(work.run(WORK, () -> formats.output(output)));
    if (!planned.writesFiles()) {
      saveElsewhere(rdd, planned);
      return;
    }
    String target =
        planned
            .directory()
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.ILLEGAL_USE,
                        output.description()
                            + ": the configuration names no output directory; set"
                            + " mapreduce.output.fileoutputformat.outputdir"));
    publish.accept(prepare(target, planned, rdd, output.description()));
  }

  /** The format's committer decides: at the end, when all tasks have committed what they wrote. */
  private void saveElsewhere(RddNode rdd, PlannedOutput planned) {
    blocking(() -> planned.check(""));
    blocking(planned::setUp);
    try {
      jobs.run(rdd, new JobAction.SaveFormat(planned.writer(), ""), 0, rdd.partitionCount());
    } catch (RuntimeException failure) {
      try {
        blocking(planned::abort);
      } catch (MillraceException alsoFailed) {
        failure.addSuppressed(alsoFailed);
      }
      throw failure;
    }
    blocking(planned::commit);
  }

  /** One for each output of a program, so that its batches share their pipelines. */
  private synchronized PlannedOutput planned(HadoopOutput output) {
    return plannedOutputs.computeIfAbsent(
        output, added -> waiting.await(work.run(WORK, () -> formats.output(added))));
  }

  private void blocking(Runnable action) {
    waiting.await(
        work.run(
            WORK,
            () -> {
              action.run();
              return true;
            }));
  }

  /**
   * Runs a job that writes files.
   *
   * @param writing answers the files that count below the directory it is given, each with the name
   *     it gets
   */
  private StagedOutput prepare(String target, Function<String, Map<String, String>> writing) {
    String path = withoutTrailingSlash(target);
    if (waiting.await(files.status(path)).isPresent()) {
      throw new MillraceException(
          ErrorCode.OUTPUT_EXISTS,
          "output directory " + path + " exists already; choose another one or delete it first");
    }
    String staging = stagingFor(path) + "/" + owner + "-" + next.getAndIncrement();
    String tasks = staging + "/tasks";
    String staged = staging + "/" + READY;
    expectDone(files.makeDirectories(tasks), "create", tasks);
    expectDone(files.makeDirectories(staged), "create", staged);
    move(tasks, staged, writing.apply(tasks));
    waiting.await(
        files
            .createExclusive(staged + "/" + SUCCESS, CreateOptions.DEFAULT)
            .thenCompose(file -> file.close()));
    return new StagedOutput(staged, path);
  }

  private Map<String, String> textFiles(RddNode rdd, String tasks) {
    List<JobAction.WrittenFile> written =
        jobs.run(rdd, new JobAction.SaveText(tasks), 0, rdd.partitionCount());
    Map<String, String> names = new LinkedHashMap<>();
    for (int partition = 0; partition < written.size(); partition++) {
      names.put(written.get(partition).name(), String.format("part-%05d", partition));
    }
    return names;
  }

  private Map<String, String> formattedFiles(RddNode rdd, String tasks, PlannedOutput planned) {
    Map<String, String> names = new LinkedHashMap<>();
    Map<String, String> taken = new HashMap<>();
    for (List<Object> written :
        jobs.run(rdd, new JobAction.SaveFormat(planned.writer(), tasks), 0, rdd.partitionCount())) {
      for (Object file : written) {
        String from = (String) file;
        String name = from.substring(from.indexOf('/') + 1);
        String other = taken.put(name, from);
        if (other != null) {
          throw new MillraceException(
              ErrorCode.ILLEGAL_USE,
              "two tasks wrote a file "
                  + name
                  + " ("
                  + other
                  + " and "
                  + from
                  + "); let the output format name files by the partition");
        }
        names.put(from, name);
      }
    }
    return names;
  }

  private void move(String tasks, String staged, Map<String, String> names) {
    Set<String> folders = new LinkedHashSet<>();
    for (String name : names.values()) {
      if (name.indexOf('/') > 0) {
        folders.add(staged + "/" + name.substring(0, name.lastIndexOf('/')));
      }
    }
    folders.forEach(folder -> expectDone(files.makeDirectories(folder), "create", folder));
    Map<String, CompletableFuture<Outcome>> open = new LinkedHashMap<>();
    names.forEach(
        (from, name) -> open.put(from, files.rename(tasks + "/" + from, staged + "/" + name)));
    open.forEach((from, renamed) -> expectDone(renamed, "rename", tasks + "/" + from));
  }

  /** Removes what was prepared and will not be published. */
  public void discard(StagedOutput output) {
    String staging = stagingOf(output);
    expectDone(files.delete(staging), "delete", staging);
  }

  /** Where what becomes a directory is staged. */
  static String stagingFor(String target) {
    return parent(withoutTrailingSlash(target)) + STAGING;
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
