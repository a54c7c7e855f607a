package org.millrace.am.receive;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.blocklog.BlockLogReader;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.segment.Sealing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Block logs in the folder {@code executors} of a checkpoint directory. Thread-safe. */
public final class DurableBlockLogs implements BlockLogs {
  private static final Logger LOG = LoggerFactory.getLogger(DurableBlockLogs.class);
  private static final Duration LEASE_TIMEOUT = Duration.ofSeconds(30);
  private static final Pattern NAME = Pattern.compile("(e\\d+-(\\d+)(?:-\\d+)?)(\\.sealed)?");

  private final DurableFiles files;
  private final BlockingWork work;
  private final String folder;
  private final Sealing sealing;

  public DurableBlockLogs(DurableFiles files, BlockingWork work, String checkpointDirectory) {
    this.files = Objects.requireNonNull(files, "files");
    this.work = Objects.requireNonNull(work, "work");
    this.folder = checkpointDirectory + "/executors";
    this.sealing = new Sealing(files, LEASE_TIMEOUT);
  }

  @Override
  public CompletableFuture<String> make(String name) {
    String path = folder + "/" + name;
    return files
        .makeDirectories(path)
        .thenApply(
            outcome -> {
              if (outcome != Outcome.DONE) {
                throw new MillraceException(
                    ErrorCode.STORAGE_FAILED,
                    "could not make directory %s for a block log: %s; may this user write there?"
                        .formatted(path, outcome));
              }
              return path;
            });
  }

  @Override
  public CompletableFuture<SealedLog> seal(String name) {
    return sealing
        .seal(folder + "/" + name)
        .thenCompose(
            directory ->
                directory.isEmpty()
                    ? CompletableFuture.completedFuture(SealedLog.empty(name))
                    : BlockLogReader.index(files, work, directory.get(), executorOf(name))
                        .thenApply(index -> SealedLog.of(name, index)));
  }

  private static long executorOf(String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      throw new IllegalArgumentException(name + " is no name of a block log");
    }
    return Long.parseLong(parts.group(2));
  }

  @Override
  public CompletableFuture<List<String>> others(Set<String> names) {
    return files
        .status(folder)
        .thenCompose(
            found ->
                found.isPresent()
                    ? files.list(folder)
                    : CompletableFuture.completedFuture(List.<FileStatus>of()))
        .thenApply(
            entries ->
                entries.stream()
                    .filter(FileStatus::directory)
                    .map(entry -> NAME.matcher(entry.name()))
                    .filter(Matcher::matches)
                    .map(parts -> parts.group(1))
                    .filter(name -> !names.contains(name))
                    .distinct()
                    .sorted()
                    .toList());
  }

  @Override
  public void delete(String name) {
    String sealed = Sealing.sealedName(folder + "/" + name);
    // The empty file under its first name stays: it keeps a late writer out.
    CompletableFuture<Void> unused =
        files
            .delete(sealed)
            .thenAccept(
                outcome -> {
                  if (outcome != Outcome.DONE) {
                    LOG.warn("the block log {} could not be deleted: {}", sealed, outcome);
                  }
                })
            .exceptionally(
                failure -> {
                  LOG.warn("the block log {} is not deleted", sealed, Answers.cause(failure));
                  return null;
                });
  }
}
