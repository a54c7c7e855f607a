package org.millrace.am.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.ApplicationStarted;
import org.millrace.checkpoint.log.DriverEvent.ApplicationStopped;
import org.millrace.checkpoint.log.DriverEvent.BatchCommitted;
import org.millrace.checkpoint.log.DriverEvent.BatchCut;
import org.millrace.checkpoint.log.DriverEvent.BatchFailed;
import org.millrace.checkpoint.log.DriverEvent.BatchesCounted;
import org.millrace.checkpoint.log.DriverEvent.CommitOutcome;
import org.millrace.checkpoint.log.DriverEvent.ConfigurationChanged;
import org.millrace.checkpoint.log.DriverEvent.EmptyBatches;
import org.millrace.checkpoint.log.DriverEvent.EpochClaimed;
import org.millrace.checkpoint.log.DriverEvent.ExecutorJoined;
import org.millrace.checkpoint.log.DriverEvent.ExecutorLost;
import org.millrace.checkpoint.log.DriverEvent.FilesForgotten;
import org.millrace.checkpoint.log.DriverEvent.FilesSeen;
import org.millrace.checkpoint.log.DriverEvent.InputReleased;
import org.millrace.checkpoint.log.DriverEvent.Operator;
import org.millrace.checkpoint.log.DriverEvent.OperatorKind;
import org.millrace.checkpoint.log.DriverEvent.OperatorsChanged;
import org.millrace.checkpoint.log.DriverEvent.OutputPublished;
import org.millrace.checkpoint.log.DriverEvent.SeenFile;
import org.millrace.checkpoint.log.DriverEvent.SnapshotEnd;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.DriverEvent.SourcesReached;
import org.millrace.checkpoint.log.DriverEvent.StreamEnded;
import org.millrace.checkpoint.log.DriverEvent.StreamMarked;
import org.millrace.checkpoint.log.DriverEvent.StreamStarted;
import org.millrace.checkpoint.log.InputCut;

/**
 * What the records of the event log say: the part of the driver's state that outlives it. The same
 * records give the same state, whether they are appended or read; {@link #events} is a short list
 * of records that gives it too. Owned by the driver loop.
 */
public final class DriverState implements Journal.Replayable, DriverEvent.Handler<Void> {
  private static final int MOST_FILES_IN_AN_EVENT = 1_000;

  /** Of batches whose input is still needed, decided or not; without the files they saw. */
  private final NavigableMap<Long, BatchCut> cuts = new TreeMap<>();

  /**
   * How those were decided that are in {@link #cuts}; also those that were skipped and had no
   * input, while state may be brought forward from batches before them.
   */
  private final NavigableMap<Long, CommitOutcome> decided = new TreeMap<>();

  private final Map<Long, BatchCommitted> committedNotPublished = new TreeMap<>();
  private final Map<Long, StreamState> streams = new TreeMap<>();

  /** By receiver, stream and source; each source in the newest stream only. */
  private final Map<Integer, Map<Long, Map<String, SourcePosition>>> reached = new TreeMap<>();

  private final Map<Integer, Map<String, SeenFile>> seenFiles = new TreeMap<>();
  private final Map<String, String> configuration = new TreeMap<>();
  private final Map<Integer, ExecutorJoined> executors = new TreeMap<>();

  /** Of keyed state, those that are needed. */
  private final NavigableMap<Long, SnapshotTaken> snapshots = new TreeMap<>();

  private List<Operator> operators = List.of();
  private ApplicationStarted started;
  private EpochClaimed claimed;
  private long lastBatchMs;
  private long lastDecidedMs;
  private long committed;
  private long releasedUntilMs;
  private String stopReason = "";

  /** Null when no batch was given up that is not decided. */
  private BatchFailed failed;

  @Override
  public void replay(DriverEvent event) {
    event.accept(this);
  }

  /** Events that replay to this state, whatever was replayed before it became so. */
  public List<DriverEvent> events() {
    List<DriverEvent> events = new ArrayList<>();
    if (started != null) {
      events.add(started);
    }
    if (claimed != null) {
      events.add(claimed);
    }
    if (!configuration.isEmpty()) {
      events.add(new ConfigurationChanged(configuration));
    }
    if (!operators.isEmpty()) {
      events.add(new OperatorsChanged(operators));
    }
    events.addAll(executors.values());
    events.addAll(committedNotPublished.values());
    if (releasedUntilMs != 0) {
      events.add(new InputReleased(releasedUntilMs));
    }
    events.addAll(cuts.values());
    decided.forEach(
        (timeMs, outcome) -> events.add(new BatchCommitted(timeMs, outcome, List.of())));
    // After the cuts, which move marks and see files that may be forgotten since.
    for (StreamState stream : streams.values()) {
      events.add(new StreamStarted(stream.streamId(), stream.inputId(), stream.executorId()));
      events.add(new StreamMarked(stream.streamId(), stream.cut(), stream.released()));
      if (stream.isEnded()) {
        events.add(new StreamEnded(stream.streamId(), stream.endedAt()));
      }
    }
    reached.forEach(
        (receiverId, streams) ->
            streams.forEach(
                (streamId, positions) ->
                    events.add(
                        new SourcesReached(
                            receiverId, streamId, List.copyOf(positions.values())))));
    seenFiles.values().forEach(files -> addSeen(List.copyOf(files.values()), events));
    events.addAll(snapshots.values());
    events.add(new BatchesCounted(lastBatchMs, lastDecidedMs, committed));
    if (failed != null) {
      events.add(failed);
    }
    if (!stopReason.isEmpty()) {
      events.add(new ApplicationStopped(stopReason));
    }
    return events;
  }

  private static void addSeen(List<SeenFile> files, List<DriverEvent> events) {
    for (int from = 0; from < files.size(); from += MOST_FILES_IN_AN_EVENT) {
      int until = Math.min(files.size(), from + MOST_FILES_IN_AN_EVENT);
      events.add(new FilesSeen(files.subList(from, until)));
    }
  }

  /** Batches that must be run, in order. */
  public List<BatchCut> cutNotCommitted() {
    return cuts.values().stream().filter(cut -> !decided.containsKey(cut.batchTimeMs())).toList();
  }

  /** What batches read whose input is still needed, decided or not, in order. */
  public List<BatchCut> cuts() {
    return List.copyOf(cuts.values());
  }

  /**
   * How the batches of {@link #cuts} were decided; one that is missing must be run. Also those that
   * were skipped without input: no state has seen them.
   */
  public Map<Long, CommitOutcome> decided() {
    return Map.copyOf(decided);
  }

  /** Batches whose outputs may not stand under their names yet, in order. */
  public List<BatchCommitted> committedNotPublished() {
    return List.copyOf(committedNotPublished.values());
  }

  public long epoch() {
    return claimed == null ? 0 : claimed.epoch();
  }

  /** The record of the newest claim; null before the first. */
  public EpochClaimed claimed() {
    return claimed;
  }

  /** The newest batch that was cut or, without input, committed; 0 for none. */
  public long lastBatchMs() {
    return lastBatchMs;
  }

  /** The newest batch that was committed or skipped; 0 for none. */
  public long lastDecidedMs() {
    return lastDecidedMs;
  }

  /** Batches that were committed, skipped and empty ones included. */
  public long committed() {
    return committed;
  }

  /** Snapshots of keyed state that are needed, by their batches, the oldest first. */
  public List<SnapshotTaken> snapshots() {
    return List.copyOf(snapshots.values());
  }

  /** What the newest batch that was given up failed with; empty when it was decided since. */
  public Optional<BatchFailed> failed() {
    return Optional.ofNullable(failed);
  }

  /** Input of batches before it is not needed and not known any more; 0 for none. */
  public long releasedUntilMs() {
    return releasedUntilMs;
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
    return Set.copyOf(executors.keySet());
  }

  /** Streams that have, or may get, blocks which are still needed. */
  public List<StreamState> streams() {
    return List.copyOf(streams.values());
  }

  /** Where the sources of receivers are to be resumed, as far as records say so. */
  public List<SourcesReached> reachedSources() {
    return events().stream()
        .filter(SourcesReached.class::isInstance)
        .map(SourcesReached.class::cast)
        .toList();
  }

  /** Files that inputs do not take any more. */
  public Collection<SeenFile> seenFiles(int inputId) {
    return List.copyOf(seenFiles.getOrDefault(inputId, Map.of()).values());
  }

  /** The inputs, states and outputs of the program. */
  public List<Operator> operators() {
    return operators;
  }

  /** A new application begins: nothing of one before it counts, but who claimed the epoch does. */
  @Override
  public Void onApplicationStarted(ApplicationStarted event) {
    started = event;
    cuts.clear();
    decided.clear();
    committedNotPublished.clear();
    streams.clear();
    reached.clear();
    seenFiles.clear();
    snapshots.clear();
    operators = List.of();
    lastBatchMs = 0;
    lastDecidedMs = 0;
    committed = 0;
    releasedUntilMs = 0;
    stopReason = "";
    failed = null;
    return null;
  }

  /** Configuration is that of the newest driver. */
  @Override
  public Void onEpochClaimed(EpochClaimed event) {
    claimed = event;
    configuration.clear();
    stopReason = "";
    return null;
  }

  @Override
  public Void onConfigurationChanged(ConfigurationChanged event) {
    configuration.putAll(event.entries());
    return null;
  }

  @Override
  public Void onExecutorJoined(ExecutorJoined event) {
    executors.put(event.executorId(), event);
    return null;
  }

  @Override
  public Void onExecutorLost(ExecutorLost event) {
    executors.remove(event.executorId());
    return null;
  }

  @Override
  public Void onStreamStarted(StreamStarted event) {
    streams.put(
        event.streamId(),
        new StreamState(event.streamId(), event.receiverId(), event.executorId(), -1, 0, 0));
    return null;
  }

  @Override
  public Void onStreamEnded(StreamEnded event) {
    StreamState stream = streams.get(event.streamId());
    if (stream != null) {
      keep(event.streamId(), stream.ended(event.endedAt()));
    }
    return null;
  }

  private void keep(long streamId, StreamState stream) {
    if (stream.isUsedUp()) {
      streams.remove(streamId);
    } else {
      streams.put(streamId, stream);
    }
  }

  @Override
  public Void onStreamMarked(StreamMarked event) {
    StreamState stream = streams.get(event.streamId());
    if (stream != null) {
      keep(event.streamId(), stream.marked(event.cut(), event.released()));
    }
    return null;
  }

  @Override
  public Void onSourcesReached(SourcesReached event) {
    Map<Long, Map<String, SourcePosition>> streams =
        reached.computeIfAbsent(event.receiverId(), added -> new TreeMap<>());
    for (SourcePosition position : event.positions()) {
      streams.values().forEach(positions -> positions.remove(position.source()));
      streams
          .computeIfAbsent(event.streamId(), added -> new TreeMap<>())
          .put(position.source(), position);
    }
    streams.values().removeIf(Map::isEmpty);
    return null;
  }

  @Override
  public Void onFilesSeen(FilesSeen event) {
    event.files().forEach(this::see);
    return null;
  }

  private void see(SeenFile file) {
    seenFiles
        .computeIfAbsent(file.inputId(), added -> new LinkedHashMap<>())
        .put(file.path(), file);
  }

  @Override
  public Void onFilesForgotten(FilesForgotten event) {
    Map<String, SeenFile> seen = seenFiles.get(event.inputId());
    if (seen != null) {
      event.paths().forEach(seen::remove);
      if (seen.isEmpty()) {
        seenFiles.remove(event.inputId());
      }
    }
    return null;
  }

  @Override
  public Void onBatchCut(BatchCut event) {
    if (event.batchTimeMs() >= releasedUntilMs) {
      // What is seen may be forgotten before the cut is.
      cuts.put(event.batchTimeMs(), new BatchCut(event.batchTimeMs(), event.inputs(), List.of()));
      decided.remove(event.batchTimeMs());
    }
    lastBatchMs = Math.max(lastBatchMs, event.batchTimeMs());
    event.seenFiles().forEach(this::see);
    ends(event)
        .forEach(
            (streamId, until) -> {
              StreamState stream = streams.get(streamId);
              if (stream != null) {
                keep(streamId, stream.marked(until, 0));
              }
            });
    return null;
  }

  /** The end of what a batch takes of each stream. */
  private static Map<Long, Long> ends(BatchCut cut) {
    Map<Long, Long> ends = new HashMap<>();
    for (InputCut input : cut.inputs()) {
      if (input instanceof InputCut.BlocksCut blocks) {
        for (List<BlockRange> partition : blocks.partitions()) {
          partition.forEach(range -> ends.merge(range.streamId(), range.until(), Math::max));
        }
      }
    }
    return ends;
  }

  @Override
  public Void onBatchFailed(BatchFailed event) {
    failed = event;
    return null;
  }

  @Override
  public Void onBatchCommitted(BatchCommitted event) {
    forgetFailure(event.batchTimeMs());
    boolean isSkipped =
        event.outcome() == CommitOutcome.SKIPPED && event.batchTimeMs() >= releasedUntilMs;
    if (cuts.containsKey(event.batchTimeMs()) || (isSkipped && hasState())) {
      decided.put(event.batchTimeMs(), event.outcome());
    }
    lastBatchMs = Math.max(lastBatchMs, event.batchTimeMs());
    lastDecidedMs = Math.max(lastDecidedMs, event.batchTimeMs());
    committed++;
    if (!event.outputs().isEmpty()) {
      committedNotPublished.put(event.batchTimeMs(), event);
    }
    return null;
  }

  private void forgetFailure(long decidedMs) {
    if (failed != null && failed.batchTimeMs() <= decidedMs) {
      failed = null;
    }
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
    long lastMs = event.fromMs() + (event.count() - 1) * intervalMs;
    lastBatchMs = Math.max(lastBatchMs, lastMs);
    forgetFailure(lastMs);
    lastDecidedMs = Math.max(lastDecidedMs, lastMs);
    return null;
  }

  /** Only decided batches are ever released. */
  @Override
  public Void onInputReleased(InputReleased event) {
    releasedUntilMs = Math.max(releasedUntilMs, event.untilMs());
    Map<Long, BatchCut> old = cuts.headMap(event.untilMs(), false);
    decided.headMap(event.untilMs(), false).clear();
    for (BatchCut cut : old.values()) {
      ends(cut)
          .forEach(
              (streamId, until) -> {
                StreamState stream = streams.get(streamId);
                if (stream != null) {
                  keep(streamId, stream.marked(until, until));
                }
              });
    }
    old.clear();
    return null;
  }

  @Override
  public Void onOperatorsChanged(OperatorsChanged event) {
    operators = event.operators();
    if (!hasState()) {
      decided.keySet().retainAll(cuts.keySet());
    }
    return null;
  }

  private boolean hasState() {
    return operators.stream().anyMatch(operator -> operator.kind() == OperatorKind.STATE);
  }

  @Override
  public Void onBatchesCounted(BatchesCounted event) {
    lastBatchMs = event.lastBatchMs();
    lastDecidedMs = event.lastDecidedMs();
    committed = event.committed();
    return null;
  }

  @Override
  public Void onSnapshotTaken(SnapshotTaken event) {
    snapshots.put(event.versionMs(), event);
    snapshots.headMap(event.oldestMs(), false).clear();
    decided.headMap(event.oldestMs(), true).keySet().removeIf(timeMs -> !cuts.containsKey(timeMs));
    return null;
  }

  @Override
  public Void onApplicationStopped(ApplicationStopped event) {
    stopReason = event.reason();
    return null;
  }

  @Override
  public Void onSnapshotEnd(SnapshotEnd event) {
    return null;
  }
}
