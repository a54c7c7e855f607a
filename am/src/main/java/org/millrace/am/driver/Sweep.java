package org.millrace.am.driver;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.millrace.am.log.DriverState;
import org.millrace.am.publish.OrphanedOutput;
import org.millrace.am.snapshot.OrphanedState;
import org.millrace.api.graph.StreamGraph;
import org.millrace.checkpoint.log.DriverEvent.EpochClaimed;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what killed drivers left in the checkpoint directory and beside outputs: when streaming
 * starts, and each day. (Block logs are sealed and let go of by their tracker.) Owned by the driver
 * loop.
 */
final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
  private static final long EVERY_MS = 24 * 60 * 60 * 1_000L;

  private final Loop loop;
  private final List<Supplier<CompletableFuture<List<String>>>> rooms = new ArrayList<>();
  private boolean ended;

  /**
   * @param stateFiles paths of state files that a snapshot may be restored from
   */
  Sweep(
      DriverEnvironment.Ports ports,
      Takeover.Taken taken,
      StreamGraph graph,
      DriverState state,
      Supplier<Set<String>> stateFiles) {
    this.loop = ports.loop();
    rooms.add(
        new OrphanedState(ports.files(), loop, taken.directory(), taken.claim().epoch(), stateFiles)
            ::sweep);
    EpochClaimed before = taken.before().map(DriverState::claimed).orElse(null);
    boolean isOther =
        before != null
            && (before.attempt() != taken.claim().attempt()
                || !before.applicationId().equals(taken.claim().applicationId()));
    if (isOther) {
      rooms.add(
          new OrphanedOutput(
                  ports.files(),
                  loop,
                  graph,
                  before.applicationId(),
                  before.attempt(),
                  () -> stagedAndDecided(state))
              ::sweep);
    }
  }

  private static Set<String> stagedAndDecided(DriverState state) {
    Set<String> staged = new HashSet<>();
    state
        .committedNotPublished()
        .forEach(
            batch ->
                batch
                    .outputs()
                    .forEach(
                        output -> {
                          if (output instanceof StagedOutput files) {
                            staged.add(files.stagedDirectory());
                          }
                        }));
    return staged;
  }

  /** Sweeps now and each day. */
  void start() {
    if (ended) {
      return;
    }
    for (Supplier<CompletableFuture<List<String>>> room : rooms) {
      Answers.post(
          room.get(),
          loop,
          (gone, failure) -> {
            if (failure != null) {
              LOG.warn("what killed drivers left could not be swept; it is tried again", failure);
            } else if (!gone.isEmpty()) {
              LOG.info("swept {} orphans of drivers before: {}", gone.size(), gone);
            }
          });
    }
    loop.schedule(EVERY_MS, this::start);
  }

  void end() {
    ended = true;
  }
}
