package org.millrace.checkpoint.log;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.publish.PreparedOutput;

/**
 * One change of the driver's state. The state is what replaying all events in their order gives.
 * Immutable. Times are milliseconds since the epoch.
 */
public sealed interface DriverEvent {

  /** Calls the handler's method for this event. */
  <R> R accept(Handler<R> handler);

  /** One method for each event, so that a new event does not compile until it is handled. */
  interface Handler<R> {
    R onApplicationStarted(ApplicationStarted event);

    R onEpochClaimed(EpochClaimed event);

    R onConfigurationChanged(ConfigurationChanged event);

    R onExecutorJoined(ExecutorJoined event);

    R onExecutorLost(ExecutorLost event);

    R onStreamStarted(StreamStarted event);

    R onStreamEnded(StreamEnded event);

    R onBatchCut(BatchCut event);

    R onBatchCommitted(BatchCommitted event);

    R onOutputPublished(OutputPublished event);

    R onEmptyBatches(EmptyBatches event);

    R onApplicationStopped(ApplicationStopped event);

    R onInputReleased(InputReleased event);

    R onOperatorsChanged(OperatorsChanged event);

    R onFilesSeen(FilesSeen event);

    R onFilesForgotten(FilesForgotten event);

    R onBatchFailed(BatchFailed event);

    R onStreamMarked(StreamMarked event);

    R onSourcesReached(SourcesReached event);

    R onBatchesCounted(BatchesCounted event);

    R onSnapshotEnd(SnapshotEnd event);

    R onSnapshotTaken(SnapshotTaken event);
  }

  /** The first event of an application. */
  record ApplicationStarted(
      String name,
      String applicationId,
      long startTimeMs,
      long batchIntervalMs,
      int defaultParallelism)
      implements DriverEvent {
    public ApplicationStarted {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(applicationId, "applicationId");
      if (batchIntervalMs <= 0 || defaultParallelism <= 0) {
        throw new IllegalArgumentException(
            "batchIntervalMs %d and defaultParallelism %d must be positive"
                .formatted(batchIntervalMs, defaultParallelism));
      }
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onApplicationStarted(this);
    }
  }

  /**
   * A driver took over.
   *
   * @param attempt the attempt of the cluster manager, from 1
   */
  record EpochClaimed(long epoch, String applicationId, int attempt) implements DriverEvent {
    public EpochClaimed {
      Objects.requireNonNull(applicationId, "applicationId");
      if (epoch < 1) {
        throw new IllegalArgumentException("epoch is " + epoch + ", the first is 1");
      }
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onEpochClaimed(this);
    }
  }

  /** These keys have these values from here on; other keys keep theirs. */
  record ConfigurationChanged(Map<String, String> entries) implements DriverEvent {
    public ConfigurationChanged {
      // Sorted, so that equal events have equal bytes.
      entries = Collections.unmodifiableMap(new TreeMap<>(entries));
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onConfigurationChanged(this);
    }
  }

  /** An executor registered. */
  record ExecutorJoined(int executorId, String host, int cores) implements DriverEvent {
    public ExecutorJoined {
      Objects.requireNonNull(host, "host");
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onExecutorJoined(this);
    }
  }

  /** An executor is given up, alive or not. */
  record ExecutorLost(int executorId, String reason) implements DriverEvent {
    public ExecutorLost {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onExecutorLost(this);
    }
  }

  /** A receiver runs in an executor incarnation; that is a stream. */
  record StreamStarted(long streamId, int receiverId, int executorId) implements DriverEvent {
    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onStreamStarted(this);
    }
  }

  /**
   * A stream is complete.
   *
   * @param endedAt the number after its last block; no block from there on ever exists
   */
  record StreamEnded(long streamId, long endedAt) implements DriverEvent {
    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onStreamEnded(this);
    }
  }

  /** A batch reads exactly this, in these partitions and this order, however often it is run. */
  record BatchCut(long batchTimeMs, List<InputCut> inputs, List<SeenFile> seenFiles)
      implements DriverEvent {
    public BatchCut {
      inputs = List.copyOf(inputs);
      seenFiles = List.copyOf(seenFiles);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onBatchCut(this);
    }
  }

  /**
   * A file that a file input took with this batch and will not take again.
   *
   * @param lengthBytes what it had when it was taken; -1 in a record that does not say so
   */
  record SeenFile(int inputId, String path, long modificationTimeMs, long lengthBytes) {
    public SeenFile {
      Objects.requireNonNull(path, "path");
    }
  }

  /** The decision on a batch; it is never run again, and exactly these outputs get published. */
  record BatchCommitted(long batchTimeMs, CommitOutcome outcome, List<PreparedOutput> outputs)
      implements DriverEvent {
    public BatchCommitted {
      Objects.requireNonNull(outcome, "outcome");
      outputs = List.copyOf(outputs);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onBatchCommitted(this);
    }
  }

  /** How a batch was decided. */
  enum CommitOutcome {
    /** All its output operations succeeded. */
    COMPLETED,
    /** It failed and its input was given up on purpose. */
    SKIPPED
  }

  /** All outputs of a committed batch have their final names, or are in their sinks. */
  record OutputPublished(long batchTimeMs) implements DriverEvent {
    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onOutputPublished(this);
    }
  }

  /** Batches, one interval apart, that read nothing and are committed with this event. */
  record EmptyBatches(long fromMs, long count) implements DriverEvent {
    public EmptyBatches {
      if (count < 1) {
        throw new IllegalArgumentException("count is " + count + ", at least 1");
      }
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onEmptyBatches(this);
    }
  }

  /**
   * A durable snapshot of all keyed state.
   *
   * @param versionMs batch time that it is of
   * @param oldestMs snapshots before this one are not needed any more
   * @param files that it needs
   * @param partitions of all states, ordered by state and number
   */
  record SnapshotTaken(
      long versionMs, long oldestMs, List<StateFile> files, List<StatePartition> partitions)
      implements DriverEvent {
    public SnapshotTaken {
      files = List.copyOf(files);
      partitions = List.copyOf(partitions);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onSnapshotTaken(this);
    }
  }

  /** A state file. */
  record StateFile(String path, long lengthBytes) {
    public StateFile {
      Objects.requireNonNull(path, "path");
    }
  }

  /**
   * A partition of a state in a snapshot.
   *
   * @param stateId the stream's id, as in {@code OperatorsChanged}
   * @param partitionCount partitions of that state
   * @param versionMs of the state at the batch of the snapshot
   * @param sections everything first, then what changed, in order
   */
  record StatePartition(
      int stateId, int partition, int partitionCount, long versionMs, List<SectionPlace> sections) {
    public StatePartition {
      sections = List.copyOf(sections);
    }
  }

  /**
   * A section of a state file.
   *
   * @param file index in {@link SnapshotTaken#files}
   * @param section number in the file
   */
  record SectionPlace(int file, int section, long bytes) {}

  /** The last event of an application that ended by itself. */
  record ApplicationStopped(String reason) implements DriverEvent {
    public ApplicationStopped {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onApplicationStopped(this);
    }
  }

  /**
   * A driver gave a batch up, and with it the application.
   *
   * @param code number of the error code of the failure
   * @param causeClass name of the class of its root cause
   * @param causeMessage of the root cause; empty for none
   */
  record BatchFailed(long batchTimeMs, int code, String causeClass, String causeMessage)
      implements DriverEvent {
    public BatchFailed {
      Objects.requireNonNull(causeClass, "causeClass");
      Objects.requireNonNull(causeMessage, "causeMessage");
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onBatchFailed(this);
    }
  }

  /** The input of batches before {@code untilMs} is not needed any more. */
  record InputReleased(long untilMs) implements DriverEvent {
    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onInputReleased(this);
    }
  }

  /** The inputs, states and outputs of the program, and the numbers they have from here on. */
  record OperatorsChanged(List<Operator> operators) implements DriverEvent {
    public OperatorsChanged {
      operators = List.copyOf(operators);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onOperatorsChanged(this);
    }
  }

  /**
   * What a number in other events stands for.
   *
   * @param uid what a later program knows it by; one of a kind
   * @param number that of an input, the stream's id of a state, that of an output
   * @param facts what must not change while the operator goes on
   */
  record Operator(
      String uid, OperatorKind kind, int number, String description, Map<String, String> facts) {
    public Operator {
      Objects.requireNonNull(uid, "uid");
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(description, "description");
      // Sorted, so that equal events have equal bytes.
      facts = Collections.unmodifiableMap(new TreeMap<>(facts));
    }
  }

  /** What an operator is. */
  enum OperatorKind {
    INPUT,
    STATE,
    OUTPUT
  }

  /** Files that their inputs do not take: they were there before the start, or a batch has them. */
  record FilesSeen(List<SeenFile> files) implements DriverEvent {
    public FilesSeen {
      files = List.copyOf(files);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onFilesSeen(this);
    }
  }

  /** Seen files that are not in their directory any more; a new one of that name is new. */
  record FilesForgotten(int inputId, List<String> paths) implements DriverEvent {
    public FilesForgotten {
      paths = List.copyOf(paths);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onFilesForgotten(this);
    }
  }

  /**
   * How far a stream is used; in snapshots, where the cuts that say it may be gone.
   *
   * @param cut blocks before it belong to batches
   * @param released blocks before it are not needed any more
   */
  record StreamMarked(long streamId, long cut, long released) implements DriverEvent {
    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onStreamMarked(this);
    }
  }

  /**
   * Where sources of a receiver are to be resumed behind what it stored so far.
   *
   * @param streamId the stream that has the records before the positions
   */
  record SourcesReached(int receiverId, long streamId, List<SourcePosition> positions)
      implements DriverEvent {
    public SourcesReached {
      positions = List.copyOf(positions);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onSourcesReached(this);
    }
  }

  /**
   * Where the batches stand; in snapshots, where the records that say it are gone.
   *
   * @param lastBatchMs the newest batch that was cut or decided; 0 for none
   * @param lastDecidedMs the newest batch that was decided; 0 for none
   * @param committed how many batches were decided
   */
  record BatchesCounted(long lastBatchMs, long lastDecidedMs, long committed)
      implements DriverEvent {
    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onBatchesCounted(this);
    }
  }

  /**
   * The last record of a complete snapshot; in no log.
   *
   * @param position of the last event of the log that the snapshot holds
   * @param events in the snapshot, this one left out
   */
  record SnapshotEnd(long position, long events) implements DriverEvent {
    @Override
    public <R> R accept(Handler<R> handler) {
      return handler.onSnapshotEnd(this);
    }
  }
}
