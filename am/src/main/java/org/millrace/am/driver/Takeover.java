package org.millrace.am.driver;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.log.DriverState;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.QueueStreamNode;
import org.millrace.api.graph.Restart;
import org.millrace.api.graph.StreamGraph;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.EpochClaim;
import org.millrace.checkpoint.log.Epochs;
import org.millrace.checkpoint.log.EventHistory;
import org.millrace.checkpoint.log.EventSnapshots;
import org.millrace.checkpoint.log.SealedEpoch;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over the directory of the event log when streaming starts: claims its next epoch and reads
 * what the drivers before left, if the program wants to go on with it. Used once, on the program's
 * thread.
 */
final class Takeover {
  private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);

  /** HDFS takes some seconds, and longer when a DataNode of the last segment is gone. */
  private static final Duration LEASE_TIMEOUT = Duration.ofMinutes(2);

  private final DriverEnvironment.Ports ports;
  private final DriverEnvironment.Identity identity;
  private final Settings settings;
  private final StreamGraph graph;
  private final String directory;
  private final RecoveryTimes times;
  private final StoragePatience patience;
  private List<SealedEpoch> replaced = List.of();

  /**
   * What this driver begins with.
   *
   * @param directory of claims, logs and snapshots
   * @param hasCheckpoint whether the directory is to outlive the application
   * @param replaced logs that the first snapshot of this epoch has replaced
   * @param nextPosition of the first event of its log
   * @param before the state of the application it goes on with, in the numbers of today's program
   */
  record Taken(
      EpochClaim claim,
      String directory,
      boolean hasCheckpoint,
      List<SealedEpoch> replaced,
      long nextPosition,
      Optional<DriverState> before,
      List<DriverEvent.Operator> operators) {}

  Takeover(
      DriverEnvironment environment,
      StreamGraph graph,
      RecoveryTimes times,
      StoragePatience patience) {
    this.ports = environment.ports();
    this.identity = environment.identity();
    this.settings = environment.settings();
    this.graph = graph;
    this.times = times;
    this.patience = patience;
    this.directory = graph.checkpointDirectory().orElse(identity.eventLogDirectory());
  }

  Taken take() {
    warnOfQueues();
    List<DriverEvent.Operator> operators = Operators.of(graph);
    // Each time in an epoch of its own, so that nothing of a time before is in its way.
    return patience.await(() -> take(operators));
  }

  private Taken take(List<DriverEvent.Operator> operators) {
    Epochs epochs = new Epochs(ports.files(), directory);
    EpochClaim claim = await(epochs.claim(identity.applicationId(), identity.attempt()));
    times.done("epoch claimed");
    List<SealedEpoch> sealed = await(epochs.seal(claim, LEASE_TIMEOUT));
    times.done("log sealed");
    replaced = sealed;
    if (graph.restart() != Restart.ANEW) {
      EventHistory history = history(claim, sealed);
      if (history != null) {
        DriverState state = new DriverState();
        history.events().forEach(state::replay);
        times.done("log read");
        if (state.started() != null) {
          return goOn(claim, history, state, operators);
        }
      }
    }
    return anew(claim, operators);
  }

  private void warnOfQueues() {
    if (graph.checkpointDirectory().isPresent()) {
      for (InputStreamNode input : graph.inputs()) {
        if (input instanceof QueueStreamNode) {
          LOG.warn(
              "{} is in the memory of the program: what it gave to a batch that is not committed"
                  + " cannot be read again after a restart, nor what a window looks back at",
              input.description());
        }
      }
    }
  }

  /** Null when it is damaged and that does not matter. */
  private EventHistory history(EpochClaim claim, List<SealedEpoch> sealed) {
    try {
      return await(
          EventHistory.read(ports.files(), ports.work(), directory, sealed, claim.epoch()));
    } catch (MillraceException damaged) {
      if (damaged.code() != ErrorCode.CORRUPT_LOG
          || graph.restart() != Restart.RECOVER_IF_READABLE) {
        throw damaged;
      }
      LOG.warn(
          "the checkpoint in {} is damaged, and the application starts anew as its createOnError"
              + " says: {}",
          directory,
          damaged.getMessage());
      // Somebody may want to look at it.
      replaced = List.of();
      return null;
    }
  }

  private Taken anew(EpochClaim claim, List<DriverEvent.Operator> operators) {
    if (claim.epoch() == 1) {
      return taken(claim, 0, Optional.empty(), operators);
    }
    if (graph.checkpointDirectory().isPresent() && graph.restart() == Restart.ANEW) {
      LOG.warn(
          "{} may hold an application that was started before; it is given up, and this one starts"
              + " anew. Make the context by StreamingContext.getOrCreate to go on with it",
          directory);
    }
    snapshot(claim, 0, new DriverState());
    return taken(claim, 1, Optional.empty(), operators);
  }

  private Taken goOn(
      EpochClaim claim,
      EventHistory history,
      DriverState before,
      List<DriverEvent.Operator> operators) {
    DriverState state =
        new OperatorMatch(
                before, operators, graph, settings.get(Keys.CHECKPOINT_ALLOW_DROPPED_STATE))
            .translated(identity.applicationId());
    StateKeeping.noteBegin(before.operators(), operators, state);
    LOG.info(
        "going on with the application of {} in epoch {}: last batch {} ms, {} decided, {} cut and"
            + " not decided, {} decided and not known to be published",
        directory,
        claim.epoch(),
        state.lastBatchMs(),
        state.committed(),
        state.cutNotCommitted().size(),
        state.committedNotPublished().size());
    snapshot(claim, history.nextPosition() - 1, state);
    return taken(claim, history.nextPosition(), Optional.of(state), operators);
  }

  private Taken taken(
      EpochClaim claim,
      long nextPosition,
      Optional<DriverState> before,
      List<DriverEvent.Operator> operators) {
    boolean hasCheckpoint = graph.checkpointDirectory().isPresent();
    return new Taken(claim, directory, hasCheckpoint, replaced, nextPosition, before, operators);
  }

  /** From here on nothing before this epoch is needed. */
  private void snapshot(EpochClaim claim, long position, DriverState state) {
    await(
        new EventSnapshots(ports.files(), ports.work(), directory)
            .write(claim.epoch(), position, state.events()));
    times.done("snapshot written");
  }

  private <T> T await(CompletableFuture<T> future) {
    return ports.waiting().await(future);
  }
}
