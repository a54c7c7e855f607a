package org.millrace.checkpoint.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;

/**
 * The epochs of one log directory. Thread-safe; futures complete on a worker thread.
 *
 * <p>Sealing the log of the epoch before, so that its writer is fenced, goes between a claim and
 * the first read.
 */
public final class Epochs {

  private final DurableFiles files;
  private final String directory;

  /** The epochs in a directory, which is created by the first claim. */
  public Epochs(DurableFiles files, String directory) {
    this.files = files;
    this.directory = directory;
  }

  /**
   * Claims the next free epoch for a driver. Two drivers that claim at the same time get two
   * epochs.
   *
   * @param attempt the attempt of the cluster manager, from 1
   */
  public CompletableFuture<EpochClaim> claim(String applicationId, int attempt) {
    return makeDirectory(directory)
        .thenCompose(made -> files.list(directory))
        .thenCompose(entries -> claim(lastEpoch(entries) + 1, applicationId, attempt));
  }

  private static long lastEpoch(List<FileStatus> entries) {
    return entries.stream()
        .map(entry -> LogNames.epochNumber(entry.name()))
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .max()
        .orElse(0);
  }

  private CompletableFuture<EpochClaim> claim(long epoch, String applicationId, int attempt) {
    String path = directory + "/" + LogNames.claim(epoch);
    return files
        .createExclusive(path, CreateOptions.DEFAULT) // this create is the claim
        .thenCompose(file -> finish(file, epoch, applicationId, attempt))
        .exceptionallyCompose(
            fault ->
                taken(fault)
                    ? claim(epoch + 1, applicationId, attempt)
                    : CompletableFuture.failedFuture(fault));
  }

  private static boolean taken(Throwable fault) {
    Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
    return cause instanceof MillraceException known && known.code() == ErrorCode.FILE_EXISTS;
  }

  private CompletableFuture<EpochClaim> finish(
      AppendFile file, long epoch, String applicationId, int attempt) {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes(SegmentFormat.header(epoch, 0));
    SegmentFormat.frame(
        0,
        new EventEncoder().encode(new DriverEvent.EpochClaimed(epoch, applicationId, attempt)),
        record);
    String epochDirectory = directory + "/" + LogNames.epoch(epoch);
    return file.append(ByteBuffer.wrap(record.toByteArray()))
        .thenCompose(appended -> file.close())
        .thenCompose(closed -> makeDirectory(epochDirectory))
        .thenApply(made -> new EpochClaim(epoch, applicationId, attempt, epochDirectory));
  }

  private CompletableFuture<Void> makeDirectory(String path) {
    return files
        .makeDirectories(path)
        .thenAccept(
            outcome -> {
              if (outcome != Outcome.DONE) {
                throw new MillraceException(
                    ErrorCode.STORAGE_FAILED,
                    "Could not make directory %s for the event log: %s; may this user write there?"
                        .formatted(path, outcome));
              }
            });
  }
}
