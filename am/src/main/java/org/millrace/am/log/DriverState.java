package org.millrace.am.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.ApplicationStarted;
import org.millrace.checkpoint.log.DriverEvent.ApplicationStopped;
import org.millrace.checkpoint.log.DriverEvent.BatchCommitted;
import org.millrace.checkpoint.log.DriverEvent.BatchCut;
import org.millrace.checkpoint.log.DriverEvent.ConfigurationChanged;
import org.millrace.checkpoint.log.DriverEvent.EmptyBatches;
import org.millrace.checkpoint.log.DriverEvent.EpochClaimed;
import org.millrace.checkpoint.log.DriverEvent.ExecutorJoined;
import org.millrace.checkpoint.log.DriverEvent.ExecutorLost;
import org.millrace.checkpoint.log.DriverEvent.OutputPublished;
import org.millrace.checkpoint.log.DriverEvent.StreamEnded;
import org.millrace.checkpoint.log.DriverEvent.StreamStarted;

/**
 * What the records of the event log say: the part of the driver's state that outlives it. The same
 * records give the same state, whether they are appended or read. Owned by the driver loop.
 */
public final class DriverState implements Journal.Replayable, DriverEvent.Handler<Void> {
  private final Map<Long, BatchCut> cutNotCommitted = new TreeMap<>();
  private final Map<Long, BatchCommitted> committedNotPublished = new TreeMap<>();
  private final Map<Long, Long> endedStreams = new TreeMap<>();
  private final Map<String, String> configuration = new TreeMap<>();
  private final Set<Integer> executors = new TreeSet<>();
  private ApplicationStarted started;
  private long epoch;
  private long lastBatchMs;
  private long committed;
  private String stopReason = "";

  @Override
  public void replay(DriverEvent event) {
    event.accept(this);
  }

  /** Batches that must be run, in order. */
  public List<BatchCut> cutNotCommitted() {
    return new ArrayList<>(cutNotCommitted.values());
  }

  /** Batches whose outputs may not stand under their names yet, in order. */
  public List<BatchCommitted> committedNotPublished() {
    return new ArrayList<>(committedNotPublished.values());
  }

  public long epoch() {
    return epoch;
  }

  /** The newest batch that was cut or, without input, committed; 0 for none. */
  public long lastBatchMs() {
    return lastBatchMs;
  }

  /** Batches that were committed, skipped and empty ones included. */
  public long committed() {
    return committed;
  }

  /** The record of the application's start; null before it. */
  public ApplicationStarted started() {
    return started;
  }

  /** Why the application ended; empty while it runs. */
  public String stopReason() {
    return stopReason;
  }

  public Map<String, String> configuration() {
    return Map.copyOf(configuration);
  }

  /** Executors that joined and were not lost. */
  public Set<Integer> executors() {
    return Set.copyOf(executors);
  }

  /** Ends of the streams that have ended. */
  public Map<Long, Long> endedStreams() {
    return Map.copyOf(endedStreams);
  }

  @Override
  public Void onApplicationStarted(ApplicationStarted event) {
    started = event;
    return null;
  }

  @Override
  public Void onEpochClaimed(EpochClaimed event) {
    epoch = event.epoch();
    return null;
  }

  @Override
  public Void onConfigurationChanged(ConfigurationChanged event) {
    configuration.putAll(event.entries());
    return null;
  }

  @Override
  public Void onExecutorJoined(ExecutorJoined event) {
    executors.add(event.executorId());
    return null;
  }

  @Override
  public Void onExecutorLost(ExecutorLost event) {
    executors.remove(event.executorId());
    return null;
  }

  @Override
  public Void onStreamStarted(StreamStarted event) {
    endedStreams.remove(event.streamId());
    return null;
  }

  @Override
  public Void onStreamEnded(StreamEnded event) {
    endedStreams.put(event.streamId(), event.endedAt());
    return null;
  }

  @Override
  public Void onBatchCut(BatchCut event) {
    cutNotCommitted.put(event.batchTimeMs(), event);
    lastBatchMs = Math.max(lastBatchMs, event.batchTimeMs());
    return null;
  }

  @Override
  public Void onBatchCommitted(BatchCommitted event) {
    cutNotCommitted.remove(event.batchTimeMs());
    lastBatchMs = Math.max(lastBatchMs, event.batchTimeMs());
    committed++;
    if (!event.outputs().isEmpty()) {
      committedNotPublished.put(event.batchTimeMs(), event);
    }
    return null;
  }

  @Override
  public Void onOutputPublished(OutputPublished event) {
    committedNotPublished.remove(event.batchTimeMs());
    return null;
  }

  @Override
  public Void onEmptyBatches(EmptyBatches event) {
    committed += event.count();
    long intervalMs = started == null ? 0 : started.batchIntervalMs();
    lastBatchMs = Math.max(lastBatchMs, event.fromMs() + (event.count() - 1) * intervalMs);
    return null;
  }

  @Override
  public Void onApplicationStopped(ApplicationStopped event) {
    stopReason = event.reason();
    return null;
  }
}
