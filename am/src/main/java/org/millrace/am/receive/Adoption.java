package org.millrace.am.receive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.StopReceiver;
import org.millrace.runner.wire.proto.StreamMark;

/**
 * Takes over the streams of drivers before. Owned by the driver loop.
 *
 * <pre>
 *   ended, or in a sealed log -> known: ends where it did, or where its log does
 *   of an executor that is gone without a log -> ends at its cut
 *   of an executor that stayed -> awaited
 *     adopted, its receiver runs and nowhere else -> goes on
 *     adopted, its receiver runs besides          -> told to stop, ends where it says that it did
 *     adopted, its receiver is ending             -> as one that runs besides
 *     adopted, its receiver does not run          -> ends at its mark
 *     given up                                    -> ends where its log does, once that is sealed
 * </pre>
 */
final class Adoption {
  private final ReceiverHost host;
  private final Map<Integer, TrackedReceiver> receivers;
  private final StreamTable streams;
  private final TrackedLogs logs;

  /** Executors that stayed and whose turn has not come, with the streams that they have. */
  private final Map<Integer, List<PastStream>> awaited = new HashMap<>();

  Adoption(
      ReceiverHost host,
      Map<Integer, TrackedReceiver> receivers,
      StreamTable streams,
      TrackedLogs logs) {
    this.host = host;
    this.receivers = receivers;
    this.streams = streams;
    this.logs = logs;
  }

  /** Whether the turn of all executors that stayed has come. */
  boolean isOver() {
    return awaited.isEmpty();
  }

  /** Whether it is of an executor that stayed and whose turn has not come. */
  boolean awaits(long streamId) {
    return awaited.values().stream()
        .flatMap(List::stream)
        .anyMatch(past -> past.streamId() == streamId);
  }

  /** See {@link ReceiverTracker#restore}. */
  void restore(
      List<PastStream> past,
      List<SealedLog> sealed,
      List<ReachedPosition> reached,
      Set<Integer> stayed) {
    logs.restore(sealed);
    // Also those without a stream: what is started there now is none that they bring.
    stayed.forEach(executorId -> awaited.put(executorId, new ArrayList<>()));
    // What a log has of a stream is never older than what was told of it.
    reached.forEach(this::reached);
    for (PastStream stream : past) {
      boolean isSealed = sealed.stream().anyMatch(log -> log.has(stream.streamId()));
      if (stayed.contains(stream.executorId()) && !isSealed) {
        awaited.get(stream.executorId()).add(stream);
      } else {
        restore(stream, sealed);
      }
    }
  }

  private void reached(ReachedPosition reached) {
    TrackedReceiver receiver = receivers.get(reached.inputId());
    if (receiver != null) {
      receiver.reached(reached.streamId(), reached.position());
    }
  }

  private void restore(PastStream past, List<SealedLog> sealed) {
    Optional<SealedLog> log =
        sealed.stream().filter(candidate -> candidate.has(past.streamId())).findFirst();
    Stream stream = pastStream(past, log.map(SealedLog::name).orElse(""));
    if (past.endedAt() >= 0) {
      // What the log has behind that was never acknowledged, nor were its positions.
      stream.endAt(past.endedAt());
      if (log.isPresent() && log.get().end(past.streamId()) == past.endedAt()) {
        stream.endAtLog(log.get());
        streams.tellPositions(stream);
      }
      return;
    }
    if (log.isPresent()) {
      stream.endAtLog(log.get());
    } else {
      stream.endAt(past.cut());
    }
    streams.tellPositions(stream);
    host.onStreamEnded(stream.id, stream.endedAt());
  }

  private Stream pastStream(PastStream past, String log) {
    Stream stream = new Stream(past.streamId(), past.inputId(), past.executorId(), log);
    stream.goOnAt(past.cut(), past.released());
    streams.add(stream);
    return stream;
  }

  /**
   * An executor that stayed is ours. A run that is not wanted, or ends as a driver before told it,
   * has stored, and acknowledged, more since the marks were made: its stream ends with its report.
   *
   * @param log the name of its open block log; empty for none
   * @return the receivers that go on there
   */
  List<TrackedReceiver> adopt(
      int executorId, String log, List<StreamMark> marks, List<RunningStream> running) {
    logs.adopt(executorId, log);
    for (PastStream past : noLongerAwaited(executorId)) {
      comesBack(past, log);
    }
    streams.mark(executorId, marks);
    streams.of(executorId).forEach(Stream::countFromNow);
    List<TrackedReceiver> goOn = new ArrayList<>();
    for (RunningStream run : running) {
      TrackedReceiver receiver = receivers.get(run.inputId());
      if (!run.ending() && receiver != null && receiver.executorId < 0 && isOpen(run, executorId)) {
        receiver.adopted(run.streamId(), executorId);
        goOn.add(receiver);
      } else {
        host.send(
            executorId,
            Envelope.newBuilder()
                .setStopReceiver(StopReceiver.newBuilder().setReceiverId(run.inputId())));
      }
    }
    for (Stream stream : streams.of(executorId)) {
      if (running.stream().noneMatch(run -> run.streamId() == stream.id)) {
        streams.end(stream, stream.available());
      }
    }
    return goOn;
  }

  private boolean isOpen(RunningStream run, int executorId) {
    Stream stream = streams.getOrNull(run.streamId());
    return stream != null
        && stream.primary == executorId
        && stream.inputId == run.inputId()
        && !stream.isEnded();
  }

  /**
   * An executor that stayed is given up before it was adopted: what is in its log counts once it is
   * known that no more comes.
   *
   * @param log the name of its block log; empty for none
   */
  void giveUp(int executorId, String log) {
    noLongerAwaited(executorId).forEach(past -> comesBack(past, log));
    logs.adopt(executorId, log);
  }

  private List<PastStream> noLongerAwaited(int executorId) {
    List<PastStream> its = awaited.remove(executorId);
    return its == null ? List.of() : its;
  }

  private void comesBack(PastStream past, String log) {
    Stream stream = pastStream(past, log);
    if (past.endedAt() >= 0) {
      stream.endAt(past.endedAt());
    }
  }
}
