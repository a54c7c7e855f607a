package org.millrace.checkpoint.log;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.millrace.checkpoint.segment.Sealing;
import org.millrace.checkpoint.segment.SegmentFormat;

/**
 * The epochs of one log directory. Thread-safe; futures complete on a worker thread.
 *
 * <p>A driver claims an epoch, seals those before it, and reads them. Then nobody who claimed
 * earlier can write any more, whenever it wakes.
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
    ByteBuffer event =
        ByteBuffer.wrap(
            new EventEncoder().encode(new DriverEvent.EpochClaimed(epoch, applicationId, attempt)));
    String epochDirectory = directory(epoch);
    return file.append(
            ByteBuffer.wrap(SegmentFormat.header(EventLabel.of(epoch), 0)),
            ByteBuffer.wrap(SegmentFormat.prefix(0, event)),
            event)
        .thenCompose(appended -> file.close())
        .thenCompose(closed -> makeDirectory(epochDirectory))
        .thenApply(made -> new EpochClaim(epoch, applicationId, attempt, epochDirectory));
  }

  /**
   * Fences the writers of all epochs before the claimed one. Can be repeated, also by a later
   * driver.
   *
   * @param leaseTimeout how long the lease recovery of one file may take; all run at the same time
   * @return the epochs before that have a log, in their order; one that was claimed and made no
   *     directory has none. Fails when one may not be fenced: nothing may be read then
   */
  public CompletableFuture<List<SealedEpoch>> seal(EpochClaim claim, Duration leaseTimeout) {
    Sealing sealing = new Sealing(files, leaseTimeout);
    return predecessors(claim)
        .thenCompose(
            epochs -> {
              List<CompletableFuture<Optional<SealedEpoch>>> sealed = new ArrayList<>();
              for (long epoch : epochs) {
                sealed.add(
                    sealing
                        .seal(directory(epoch))
                        .thenApply(found -> found.map(path -> new SealedEpoch(epoch, path))));
              }
              return CompletableFuture.allOf(sealed.toArray(CompletableFuture<?>[]::new))
                  .thenApply(
                      done ->
                          sealed.stream()
                              .map(CompletableFuture::join)
                              .flatMap(Optional::stream)
                              .toList());
            });
  }

  /** The numbers of all epochs before a claim of which any name is left, in their order. */
  public CompletableFuture<List<Long>> predecessors(EpochClaim claim) {
    return files
        .list(directory)
        .thenApply(
            entries ->
                entries.stream()
                    .map(entry -> LogNames.epochNumber(entry.name()))
                    .flatMapToLong(OptionalLong::stream)
                    .filter(epoch -> epoch < claim.epoch())
                    .distinct()
                    .sorted()
                    .boxed()
                    .toList());
  }

  /**
   * Deletes the logs of sealed epochs, whose events a durable snapshot has. What keeps their
   * writers fenced stays.
   *
   * @return DONE, or the worst outcome; what is left is deleted when it is asked for again
   */
  public CompletableFuture<Outcome> release(List<SealedEpoch> epochs) {
    CompletableFuture<Outcome> worst = CompletableFuture.completedFuture(Outcome.DONE);
    for (SealedEpoch epoch : epochs) {
      worst =
          worst.thenCombine(
              files.delete(epoch.directory()),
              (before, outcome) -> before.compareTo(outcome) > 0 ? before : outcome);
    }
    return worst;
  }

  private String directory(long epoch) {
    return directory + "/" + LogNames.epoch(epoch);
  }

  private CompletableFuture<Void> makeDirectory(String path) {
    return files
        .makeDirectories(path)
        .thenAccept(
            outcome -> {
              if (outcome != Outcome.DONE) {
                throw new MillraceException(
                    ErrorCode.STORAGE_FAILED,
                    outcome == Outcome.UNKNOWN
                        ? "Storage did not say whether it made directory %s for the event log"
                            .formatted(path)
                        : "Could not make directory %s for the event log; may this user write there?"
                            .formatted(path));
              }
            });
  }
}
