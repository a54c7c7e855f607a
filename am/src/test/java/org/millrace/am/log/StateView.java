package org.millrace.am.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.checkpoint.log.DriverEvent;

/** All that a driver's durable state says, to be compared. Immutable. */
public record StateView(
    DriverEvent.ApplicationStarted started,
    DriverEvent.EpochClaimed claimed,
    long lastBatchMs,
    long lastDecidedMs,
    long committed,
    long releasedUntilMs,
    String stopReason,
    Map<String, String> configuration,
    Set<Integer> executors,
    List<StreamState> streams,
    List<DriverEvent.SourcesReached> reachedSources,
    List<DriverEvent.BatchCut> cuts,
    Map<Long, DriverEvent.CommitOutcome> decided,
    List<DriverEvent.BatchCommitted> committedNotPublished,
    List<DriverEvent.SeenFile> seenFiles,
    List<DriverEvent.Operator> operators) {
  private static final int MOST_INPUTS = 10;

  public static StateView of(DriverState state) {
    List<DriverEvent.SeenFile> seen = new ArrayList<>();
    for (int input = 0; input < MOST_INPUTS; input++) {
      seen.addAll(state.seenFiles(input));
    }
    return new StateView(
        state.started(),
        state.claimed(),
        state.lastBatchMs(),
        state.lastDecidedMs(),
        state.committed(),
        state.releasedUntilMs(),
        state.stopReason(),
        state.configuration(),
        state.executors(),
        state.streams(),
        state.reachedSources(),
        state.cuts(),
        state.decided(),
        state.committedNotPublished(),
        seen,
        state.operators());
  }
}
