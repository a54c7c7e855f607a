package org.millrace.am.receive;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.blocklog.BlockLogIndex;
import org.millrace.checkpoint.blocklog.LoggedBlock;
import org.millrace.checkpoint.blocklog.StreamBlocks;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.checkpoint.segment.RecordLocation;
import org.millrace.runner.block.LoggedSource;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.SourceOffset;
import org.millrace.runner.wire.proto.StreamMark;

/** A tracker in its second epoch, whose executors log what they receive. */
abstract class LoggedReceivers {
  static final int INPUT = 0;
  static final long EPOCH = 2;
  static final long RETRY_MS = 2_000;

  final SimulatedTime time = SimulatedTime.inOrder();
  final FakeHost host = new FakeHost(1, 2);
  final FakeBlockLogs logs = new FakeBlockLogs();
  final ReceiverTracker tracker = tracker();

  private ReceiverTracker tracker() {
    return new ReceiverTracker(
        host,
        time.loop("driver"),
        time,
        new ReceiverTracker.Settings(1_000, 200, RETRY_MS, RatePolicy.UNLIMITED, EPOCH),
        Optional.of(logs));
  }

  /** The stream of the only receiver, on the first executor. */
  long started() {
    tracker.start(List.of(input(INPUT)));
    time.advance(0);
    return host.stream(INPUT, 1);
  }

  /** What a log has of a stream. */
  record SealedStream(long id, long from, long until) {}

  final void seal(String name, long stream, long from, long until, SourcePosition... positions) {
    seal(log(name, List.of(positions), new SealedStream(stream, from, until)));
  }

  final void seal(SealedStream... streams) {
    seal(log("e000002-000001", List.of(), streams));
  }

  final void seal(SealedLog log) {
    logs.sealed(log);
    host.answerPings();
    time.advance(0);
    time.advance(0);
  }

  /** Ten records a block; positions are of the first stream. */
  static SealedLog log(String name, List<SourcePosition> positions, SealedStream... streams) {
    Map<Long, StreamBlocks> found = new HashMap<>();
    for (SealedStream stream : streams) {
      List<LoggedBlock> blocks = new ArrayList<>();
      for (long at = stream.from(); at < stream.until(); at++) {
        blocks.add(
            new LoggedBlock(stream.id(), at, 0, 10, new RecordLocation("segment-1", 100 * at, 90)));
      }
      found.put(stream.id(), new StreamBlocks(stream.id(), blocks));
    }
    Map<String, org.millrace.checkpoint.blocklog.SourcePosition> logged = new HashMap<>();
    for (SourcePosition position : positions) {
      var of = LoggedSource.position(streams[0].id(), position);
      logged.put(of.source(), of);
    }
    return SealedLog.of(
        name, new BlockLogIndex("/checkpoint/executors/" + name + ".sealed", found, logged, 0));
  }

  /** An executor of the driver before comes back with its log, and a receiver that runs. */
  final void adopt(int executorId, int inputId, long stream, long until) {
    tracker.adopt(
        executorId,
        "e000001-00000" + executorId,
        List.of(mark(stream, until, 10 * until).build()),
        List.of(new RunningStream(inputId, stream, false)));
  }

  final void lose(int executorId) {
    host.lose(executorId);
    tracker.onExecutorLost(executorId);
  }

  final void mark(int executorId, long stream, long until, long records) {
    tracker.onMarks(executorId, List.of(mark(stream, until, records).build()));
  }

  static StreamMark.Builder mark(long stream, long until, long records) {
    return StreamMark.newBuilder()
        .setStreamId(stream)
        .setUntil(until)
        .setRecordCount(records)
        .setUntilRecords(records);
  }

  static ReceiverReport logFailed(int receiverId, long stream) {
    return ReceiverReport.newBuilder()
        .setReceiverId(receiverId)
        .setStreamId(stream)
        .setState(ReceiverState.FAILED)
        .setMessage("the log failed")
        .setLogFailed(true)
        .build();
  }

  /** Of the only receiver. */
  static ReceiverReport stopped(long stream, long until) {
    return ReceiverReport.newBuilder()
        .setReceiverId(INPUT)
        .setStreamId(stream)
        .setState(ReceiverState.STOPPED)
        .setFinalUntil(until)
        .build();
  }

  static SourcePosition at(String source, long offset) {
    return SourcePosition.of(source, offset);
  }

  static SourceOffset offset(SourcePosition position) {
    return SourceOffset.newBuilder()
        .setSource(position.source())
        .setOffset(ByteString.copyFrom(position.offsetBytes()))
        .build();
  }

  static ReceiverInput input(int id) {
    return new ReceiverInput(id, "receiver-" + id, ByteString.EMPTY, 2, List.of());
  }
}
