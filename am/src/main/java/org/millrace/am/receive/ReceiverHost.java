package org.millrace.am.receive;

import java.util.List;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.runner.wire.proto.Envelope;

/** What the tracker needs of the driver. Called on the driver loop. */
public interface ReceiverHost {
  /** Those that take work. */
  List<LiveExecutor> live();

  /** With those that are to leave. */
  default List<LiveExecutor> all() {
    return live();
  }

  void send(int executorId, Envelope.Builder message);

  /** Sends before the next message to that executor, or some tens of milliseconds later. */
  default void sendSoon(int executorId, Envelope.Builder message) {
    send(executorId, message);
  }

  /** Pings all live executors; runs {@code answered} when each of them has answered or is lost. */
  void pingAll(Runnable answered);

  /** A stream began; goes to the event log. */
  void onStreamStarted(long streamId, int inputId, int executorId);

  /** A stream ended: it has the blocks {@code [0, endedAt)} and no more will come. */
  void onStreamEnded(long streamId, long endedAt);

  /**
   * Sources of an input were stored so far, the records in this stream; goes to the event log. What
   * says so in blocks may be released after that.
   */
  void onSourcesReached(int inputId, long streamId, List<SourcePosition> positions);

  /** Runs the action when all that was told so far is durable. */
  void whenDurable(Runnable action);

  /** It is known where blocks are, or are not, that somebody may wait for. */
  void onBlocksSettled();

  /** Something happened to a receiver, which is now as {@code status} says. */
  void onReceiver(ReceiverChange change, ReceiverStatus status);

  /** All receivers have stopped. */
  void onAllStopped();
}
