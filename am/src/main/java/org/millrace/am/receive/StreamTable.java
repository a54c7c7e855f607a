package org.millrace.am.receive;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.runner.wire.proto.StreamMark;

/**
 * The streams that batches may need, by number and by input, and the receivers that fill them.
 * Tells the driver how far they are. Owned by the driver loop.
 */
final class StreamTable {
  private final ReceiverHost host;
  private final Map<Integer, TrackedReceiver> receivers;
  private final Map<Long, Stream> byId = new TreeMap<>();
  private final Map<Integer, Map<Long, Stream>> byInput = new HashMap<>();

  /** Positions that are in the event log, by stream. */
  private final Map<Long, List<SourcePosition>> toldPositions = new HashMap<>();

  /**
   * @param receivers by input; those of streams that past drivers left may be missing
   */
  StreamTable(ReceiverHost host, Map<Integer, TrackedReceiver> receivers) {
    this.host = host;
    this.receivers = receivers;
  }

  void add(Stream stream) {
    byId.put(stream.id, stream);
    byInput.computeIfAbsent(stream.inputId, id -> new TreeMap<>()).put(stream.id, stream);
  }

  /** Null when there is no such stream, or no batch needs it any more. */
  Stream getOrNull(long streamId) {
    return byId.get(streamId);
  }

  /** In the order of their numbers. */
  Collection<Stream> all() {
    return byId.values();
  }

  /** In the order of their numbers. */
  Collection<Stream> ofInput(int inputId) {
    return byInput.getOrDefault(inputId, Map.of()).values();
  }

  /** Those that the executor's receivers fill, or filled, in the order of their numbers. */
  List<Stream> of(int executorId) {
    return byId.values().stream().filter(stream -> stream.primary == executorId).toList();
  }

  void mark(int executorId, List<StreamMark> marks) {
    for (StreamMark mark : marks) {
      Stream stream = byId.get(mark.getStreamId());
      if (stream != null && stream.mark(executorId, mark)) {
        tellPositions(stream);
      }
    }
  }

  /** No more comes behind {@code until}; nothing when there is no stream or it has ended. */
  void end(Stream streamOrNull, long until) {
    if (streamOrNull == null || streamOrNull.isEnded()) {
      return;
    }
    streamOrNull.endAt(until);
    ended(streamOrNull);
  }

  /** A stream has just ended. */
  void ended(Stream stream) {
    TrackedReceiver receiver = receivers.get(stream.inputId);
    if (receiver != null) {
      receiver.streamEnded(stream);
    }
    tellPositions(stream);
    host.onStreamEnded(stream.id, stream.endedAt());
  }

  /**
   * The log may forget the blocks that say so once this is durable, and it is before they are
   * released.
   */
  void tellPositions(Stream stream) {
    TrackedReceiver receiver = receivers.get(stream.inputId);
    List<SourcePosition> positions =
        stream.positions().stream()
            .filter(at -> receiver == null || receiver.reached(stream.id, at))
            .toList();
    if (!positions.isEmpty() && !positions.equals(toldPositions.put(stream.id, positions))) {
      host.onSourcesReached(stream.inputId, stream.id, positions);
    }
  }

  /** Whether a batch may need something that is in this log. */
  boolean isNeeded(String log) {
    return byId.values().stream().anyMatch(stream -> stream.log.equals(log) && !stream.isUsedUp());
  }

  /** Forgets streams of which nothing is needed and to which nothing comes. */
  void forgetUsedUp() {
    byId.values().removeIf(this::forgetIfOver);
  }

  private boolean forgetIfOver(Stream stream) {
    TrackedReceiver receiver = receivers.get(stream.inputId);
    if (!stream.isUsedUp() || (receiver != null && receiver.streamId == stream.id)) {
      return false;
    }
    byInput.get(stream.inputId).remove(stream.id);
    toldPositions.remove(stream.id);
    return true;
  }
}
