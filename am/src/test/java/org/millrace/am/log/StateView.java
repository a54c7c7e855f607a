package org.millrace.am.log;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.checkpoint.log.DriverEvent;

/** All that a driver's durable state says, to be compared. Immutable. */
public record StateView(
    DriverEvent.ApplicationStarted started,
    long epoch,
    long lastBatchMs,
    long committed,
    String stopReason,
    Map<String, String> configuration,
    Set<Integer> executors,
    Map<Long, Long> endedStreams,
    List<DriverEvent.BatchCut> cutNotCommitted,
    List<DriverEvent.BatchCommitted> committedNotPublished) {
  public static StateView of(DriverState state) {
    return new StateView(
        state.started(),
        state.epoch(),
        state.lastBatchMs(),
        state.committed(),
        state.stopReason(),
        state.configuration(),
        state.executors(),
        state.endedStreams(),
        state.cutNotCommitted(),
        state.committedNotPublished());
  }
}
