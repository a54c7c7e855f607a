package org.millrace.runner.receive;

import com.google.protobuf.UnsafeByteOperations;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.SourceOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the driver what happens to one receiver. Owned by the control loop. Problems that the
 * receiver shows are logged and sent at most once in a second, the newest with the number of the
 * others.
 */
final class ReceiverReports {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverReports.class);
  private static final long PROBLEM_INTERVAL_MS = 1_000;
  private static final int MAX_TEXT_CHARS = 32 << 10;

  private final int receiverId;
  private final long streamId;
  private final PeerLinks peerLinks;
  private final Loop loop;
  private final Clock clock;
  private ReceiverState state = ReceiverState.STARTED;
  private long problemsHeldBack;
  private ReceiverReport.Builder heldBack;
  private long newestProblemNanos;
  private boolean anyProblem;

  ReceiverReports(int receiverId, long streamId, ReceiverEnvironment environment) {
    this.receiverId = receiverId;
    this.streamId = streamId;
    this.peerLinks = environment.peerLinks();
    this.loop = environment.controlLoop();
    this.clock = environment.clock();
  }

  void started(String message) {
    send(report(ReceiverState.STARTED, message, null));
  }

  void restarting(String message, Throwable causeOrNull, long delayMs) {
    send(report(ReceiverState.RESTARTING, message, causeOrNull).setNextStartDelayMs(delayMs));
  }

  void stopped(String message, Throwable causeOrNull, long finalUntil) {
    send(report(ReceiverState.STOPPED, message, causeOrNull).setFinalUntil(finalUntil));
  }

  void failed(String message, Throwable causeOrNull, long finalUntil) {
    send(report(ReceiverState.FAILED, message, causeOrNull).setFinalUntil(finalUntil));
  }

  /** The block log takes no more: nothing that comes now could be acknowledged. */
  void logFailed(String message, Throwable causeOrNull, long knownUntil) {
    send(
        report(ReceiverState.FAILED, message, causeOrNull)
            .setFinalUntil(knownUntil)
            .setLogFailed(true));
  }

  /** Something to be shown that changes nothing. */
  void notice(String message) {
    send(report(state, message, null).setNotice(true));
  }

  /** A problem that does not end the receiver. */
  void problem(String message, Throwable causeOrNull) {
    ReceiverReport.Builder report = report(state, message, causeOrNull);
    long nowNanos = clock.nanoTime();
    long sinceMs = TimeUnit.NANOSECONDS.toMillis(nowNanos - newestProblemNanos);
    if (!anyProblem || sinceMs >= PROBLEM_INTERVAL_MS) {
      anyProblem = true;
      newestProblemNanos = nowNanos;
      sendProblem(report);
      return;
    }
    problemsHeldBack++;
    if (heldBack == null) {
      loop.schedule(PROBLEM_INTERVAL_MS - sinceMs, this::sendHeldBack);
    }
    heldBack = report;
  }

  private void sendHeldBack() {
    if (problemsHeldBack > 1) {
      heldBack.setMessage(heldBack.getMessage() + " (and " + (problemsHeldBack - 1) + " before)");
    }
    newestProblemNanos = clock.nanoTime();
    sendProblem(heldBack.setState(state));
    heldBack = null;
    problemsHeldBack = 0;
  }

  private void sendProblem(ReceiverReport.Builder report) {
    LOG.warn("Receiver {}: {}\n{}", receiverId, report.getMessage(), report.getError());
    send(report);
  }

  private ReceiverReport.Builder report(
      ReceiverState newState, String message, Throwable causeOrNull) {
    state = newState;
    return ReceiverReport.newBuilder()
        .setReceiverId(receiverId)
        .setStreamId(streamId)
        .setState(newState)
        .setMessage(bounded(message == null ? "" : message))
        .setError(causeOrNull == null ? "" : stackTrace(causeOrNull));
  }

  private void send(ReceiverReport.Builder report) {
    peerLinks.sendToDriver(Envelope.newBuilder().setReceiverReport(report), null);
  }

  /** Positions in the words of the wire. */
  static List<SourceOffset> offsets(Collection<SourcePosition> positions) {
    return positions.stream()
        .map(
            at ->
                SourceOffset.newBuilder()
                    .setSource(at.source())
                    .setOffset(UnsafeByteOperations.unsafeWrap(at.offsetBytes()))
                    .build())
        .toList();
  }

  private static String stackTrace(Throwable cause) {
    StringWriter text = new StringWriter();
    cause.printStackTrace(new PrintWriter(text, true));
    return bounded(text.toString());
  }

  private static String bounded(String text) {
    return text.length() <= MAX_TEXT_CHARS ? text : text.substring(0, MAX_TEXT_CHARS) + "...";
  }
}
