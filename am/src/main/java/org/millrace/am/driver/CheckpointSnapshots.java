package org.millrace.am.driver;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.log.SnapshotTaker;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.Epochs;
import org.millrace.checkpoint.log.EventSnapshots;

/** Snapshots of one epoch in its checkpoint directory. Thread-safe. */
final class CheckpointSnapshots implements SnapshotTaker.Store {
  private final EventSnapshots snapshots;
  private final Epochs epochs;
  private final Takeover.Taken taken;

  CheckpointSnapshots(DriverEnvironment.Ports ports, Takeover.Taken taken) {
    this.snapshots = new EventSnapshots(ports.files(), ports.work(), taken.directory());
    this.epochs = new Epochs(ports.files(), taken.directory());
    this.taken = taken;
  }

  @Override
  public CompletableFuture<Void> write(long position, List<DriverEvent> events) {
    return snapshots.write(taken.claim().epoch(), position, events);
  }

  @Override
  public CompletableFuture<Void> release(long position) {
    return snapshots
        .deleteBefore(taken.claim().epoch(), position)
        .thenCompose(deleted -> epochs.release(taken.replaced()))
        .thenAccept(
            outcome -> {
              if (outcome != Outcome.DONE) {
                throw new MillraceException(
                    ErrorCode.STORAGE_FAILED,
                    "logs of earlier epochs in " + taken.directory() + ": " + outcome);
              }
            });
  }
}
