package org.millrace.runner.receive;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.runner.block.BlockLayout;
import org.millrace.runner.block.HeldRange;
import org.millrace.runner.block.StoredBlock;
import org.millrace.runner.wire.proto.StreamMark;

/**
 * A stream whose receiver is, or was, on this executor: it outlives restarts of the receiver. Owned
 * by the control loop, except its mark.
 */
final class ReceivedStream {
  private final int receiverId;
  private final long streamId;
  private final SafeMark mark;
  private final Replicator replicator;
  private final Optional<LoggedStream> log;
  private final ReceiverReports reports;
  private final Map<String, SourcePosition> safePositions = new TreeMap<>();

  /** Of blocks that were not below the mark, by the sequence behind the block. */
  private final TreeMap<Long, SourcePosition> comingPositions = new TreeMap<>();

  private Optional<ReceiverRun> run = Optional.empty();

  /**
   * @param log moves the mark when there is one, else the replicator does
   */
  ReceivedStream(
      int receiverId,
      long streamId,
      SafeMark mark,
      Replicator replicator,
      Optional<LoggedStream> log,
      ReceiverReports reports) {
    this.receiverId = receiverId;
    this.streamId = streamId;
    this.mark = mark;
    this.replicator = replicator;
    this.log = log;
    this.reports = reports;
  }

  int receiverId() {
    return receiverId;
  }

  long streamId() {
    return streamId;
  }

  SafeMark mark() {
    return mark;
  }

  Replicator replicator() {
    return replicator;
  }

  boolean isLogged() {
    return log.isPresent();
  }

  boolean isLoggedIn(String directory) {
    return log.isPresent() && log.get().directory().equals(directory);
  }

  /** A block was cut; in the order of the stream. */
  void onStored(StoredBlock block) {
    BlockLayout.position(block.encoded())
        .ifPresent(at -> comingPositions.put(block.id().sequence() + 1, at));
    log.ifPresent(into -> into.onStored(block));
    replicator.onStored(block);
  }

  /** Nobody waits any longer until all that was stored is safe. */
  void endWaiting() {
    if (isLogged()) {
      mark.fail(
          new MillraceException(
              ErrorCode.EXECUTOR_LOST,
              "the receiver ended before its records were flushed in the write-ahead log"));
    } else {
      replicator.moveMarkToEnd();
    }
  }

  ReceiverReports reports() {
    return reports;
  }

  /** The receiver that fills the stream now. */
  Optional<ReceiverRun> run() {
    return run;
  }

  void setRun(Optional<ReceiverRun> newRun) {
    run = newRun;
  }

  StreamMark report(HeldRange held) {
    long until = mark.until();
    Map<Long, SourcePosition> reached = comingPositions.headMap(until, true);
    reached.values().forEach(at -> safePositions.put(at.source(), at));
    reached.clear();
    return StreamMark.newBuilder()
        .setStreamId(streamId)
        .setFrom(Math.min(held.from(), until))
        .setUntil(until)
        .setPrimary(true)
        .setRecordCount(held.untilRecords())
        .setByteCount(held.byteCount())
        .setUntilRecords(mark.untilRecords())
        .addAllPositions(ReceiverReports.offsets(safePositions.values()))
        .setThrottled(run.map(ReceiverRun::isThrottled).orElse(false))
        .build();
  }
}
