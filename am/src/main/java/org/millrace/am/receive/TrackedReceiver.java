package org.millrace.am.receive;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;

/** A receiver and what is known of it. Owned by the driver loop. */
final class TrackedReceiver {
  /** See {@link ReceiverTracker} for the transitions. */
  enum State {
    WAITING,
    STARTING,
    ACTIVE,
    RESTARTING,
    STOPPED
  }

  final ReceiverInput input;
  State state = State.WAITING;
  int executorId = -1;
  long streamId = -1;

  /** Living executors where it could not go on: others are better. */
  final Set<Integer> failedOn = new HashSet<>();

  /** Where its sources are to be resumed, by name, as its streams left them. */
  private final Map<String, Reached> reached = new TreeMap<>();

  private int starts;
  private int restarts;
  private long endedRecords;
  private long endedBytes;
  private long lostRecords;
  private String lastError = "";
  private long lastErrorTimeMs;
  private long sampledRecords;
  private long sampledAtMs;
  private long recordsPerSecond;

  private record Reached(long streamId, SourcePosition position) {}

  TrackedReceiver(ReceiverInput input) {
    this.input = input;
  }

  /** Answers how often it was started before. */
  int starting(long newStreamId, int onExecutor) {
    state = State.STARTING;
    streamId = newStreamId;
    executorId = onExecutor;
    return starts++;
  }

  void lost(String why, long nowMs) {
    state = State.WAITING;
    executorId = -1;
    restarts++;
    error(why, nowMs);
  }

  void stopped() {
    state = State.STOPPED;
  }

  void report(ReceiverReport report, long nowMs) {
    switch (report.getState()) {
      case STARTED -> state = State.ACTIVE;
      case RESTARTING -> {
        state = State.RESTARTING;
        restarts++;
      }
      case STOPPED -> state = State.STOPPED;
      case FAILED -> {
        state = State.WAITING;
        executorId = -1;
        restarts++;
      }
      default -> {}
    }
    boolean problem = report.getState() != ReceiverState.STARTED || !report.getNotice();
    if (!report.getMessage().isEmpty() && problem) {
      error(
          report.getError().isEmpty()
              ? report.getMessage()
              : report.getMessage() + "\n" + report.getError(),
          nowMs);
    }
  }

  private void error(String text, long nowMs) {
    lastError = text;
    lastErrorTimeMs = nowMs;
  }

  /** A stream of this receiver has ended; what it stored and has no more is lost. */
  void streamEnded(Stream stream) {
    endedRecords += stream.records();
    endedBytes += stream.bytes();
    lostRecords += stream.lostRecords();
  }

  /**
   * A source is stored so far in this stream. A later stream began where the ones before it had
   * ended, so what is heard of them afterwards takes nothing back.
   *
   * @return whether it is to be resumed there
   */
  boolean reached(long itsStreamId, SourcePosition position) {
    Reached known = reached.get(position.source());
    if (known != null && known.streamId() > itsStreamId) {
      return false;
    }
    reached.put(position.source(), new Reached(itsStreamId, position));
    return true;
  }

  /** Where its sources are to be resumed. */
  List<SourcePosition> positions() {
    return reached.values().stream().map(Reached::position).toList();
  }

  /** It went on while there was no driver. */
  void adopted(long itsStreamId, int onExecutor) {
    state = State.ACTIVE;
    streamId = itsStreamId;
    executorId = onExecutor;
    starts++;
  }

  void sampleRate(Stream stream, long nowMs) {
    long records = records(stream);
    if (sampledAtMs > 0 && nowMs > sampledAtMs) {
      recordsPerSecond = Math.max(0, records - sampledRecords) * 1_000 / (nowMs - sampledAtMs);
    }
    sampledRecords = records;
    sampledAtMs = nowMs;
  }

  ReceiverStatus status(Stream stream, String host, int liveExecutors, long mostRecordsPerSecond) {
    return new ReceiverStatus(
        input.id(),
        input.name(),
        executorId,
        host,
        state.name().toLowerCase(Locale.ROOT),
        records(stream),
        endedBytes + (isLive(stream) ? stream.bytes() : 0),
        recordsPerSecond,
        mostRecordsPerSecond,
        lostRecords,
        isLive(stream) && stream.isThrottled(),
        restarts,
        replicas(stream, liveExecutors),
        input.replication(),
        lastError,
        lastErrorTimeMs);
  }

  /** Copies of what is held now; while nothing is held, copies that the living executors allow. */
  private int replicas(Stream stream, int liveExecutors) {
    int others =
        isLive(stream) && stream.holdsBlocks() ? stream.replicaHolders() : liveExecutors - 1;
    return 1 + Math.max(0, Math.min(input.replication() - 1, others));
  }

  private long records(Stream stream) {
    return endedRecords + (isLive(stream) ? stream.records() : 0);
  }

  private static boolean isLive(Stream stream) {
    return stream != null && !stream.isEnded();
  }
}
