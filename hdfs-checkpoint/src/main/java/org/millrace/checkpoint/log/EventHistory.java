package org.millrace.checkpoint.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;

/**
 * What the drivers of earlier epochs left: the newest snapshot and the events after it. Immutable.
 *
 * @param events that replay to the last driver's state, those of the snapshot first
 * @param nextPosition the position that the next event of the log gets
 * @param snapshot the one that was read
 */
public record EventHistory(
    List<DriverEvent> events, long nextPosition, Optional<EventSnapshots.Name> snapshot) {
  private static final int MOST_TRIES = 5;

  public EventHistory {
    events = List.copyOf(events);
  }

  /**
   * Reads what sealed epochs left, on worker threads. A predecessor that is not gone yet may still
   * delete what its own newest snapshot has replaced: then it is read again.
   *
   * @param sealed all that {@link Epochs#seal} gave
   * @param epoch the reader's own; snapshots from it on are left out
   * @return fails with CORRUPT_LOG, naming the file, when something does not read as written
   */
  public static CompletableFuture<EventHistory> read(
      DurableFiles files,
      BlockingWork work,
      String directory,
      List<SealedEpoch> sealed,
      long epoch) {
    return new Reading(files, work, directory, sealed, epoch).tryOften(1);
  }

  private record Reading(
      DurableFiles files,
      BlockingWork work,
      String directory,
      List<SealedEpoch> sealed,
      long epoch) {

    CompletableFuture<EventHistory> tryOften(int tries) {
      return tryOnce()
          .exceptionallyCompose(
              failure -> {
                Throwable cause =
                    failure instanceof CompletionException ? failure.getCause() : failure;
                return tries < MOST_TRIES
                        && cause instanceof MillraceException known
                        && known.code() == ErrorCode.NO_SUCH_PATH
                    ? tryOften(tries + 1)
                    : CompletableFuture.failedFuture(cause);
              });
    }

    private CompletableFuture<EventHistory> tryOnce() {
      EventSnapshots snapshots = new EventSnapshots(files, work, directory);
      return snapshots
          .list()
          .thenCompose(
              names -> {
                Optional<EventSnapshots.Name> newest =
                    names.stream()
                        .filter(name -> name.epoch() < epoch)
                        .reduce((older, newer) -> newer);
                return newest.isEmpty()
                    ? readLogs(new ArrayList<>(), newest)
                    : snapshots
                        .read(newest.get())
                        .thenCompose(events -> readLogs(new ArrayList<>(events), newest));
              });
    }

    private CompletableFuture<EventHistory> readLogs(
        List<DriverEvent> events, Optional<EventSnapshots.Name> snapshot) {
      long firstEpoch = snapshot.map(EventSnapshots.Name::epoch).orElse(0L);
      long position = snapshot.map(name -> name.position() + 1).orElse(0L);
      return EventLog.readAll(
              files,
              work,
              sealed.stream().filter(log -> log.epoch() >= firstEpoch).toList(),
              position,
              (at, event) -> events.add(event))
          .thenApply(end -> new EventHistory(events, end.nextPosition(), snapshot));
    }
  }
}
