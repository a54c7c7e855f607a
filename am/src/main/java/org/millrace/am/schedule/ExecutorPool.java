package org.millrace.am.schedule;

import java.util.List;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.LoggedBlocks;

/** The executors as the scheduler sees them. Called on the driver loop. */
public interface ExecutorPool {
  /** Those that take work, ordered by id. */
  List<LiveExecutor> live();

  /** With those that are to leave: they finish what they have, and keep what is read of them. */
  default List<LiveExecutor> all() {
    return live();
  }

  /** Sends to an executor; dropped when it is not live any more, which is told by the loss. */
  void send(int executorId, Envelope.Builder message);

  /**
   * Sends before the next message to that executor, or after some tens of milliseconds; keeps the
   * order of what is sent.
   */
  default void sendSoon(int executorId, Envelope.Builder message) {
    send(executorId, message);
  }

  /**
   * The live executors that hold all blocks {@code [from, until)} of a stream, its receiver's
   * first.
   */
  List<Integer> holders(long streamId, long from, long until);

  /**
   * Where all blocks {@code [from, until)} of a stream are in a log, in order; empty when that is
   * not known.
   */
  List<LoggedBlocks> logged(long streamId, long from, long until);

  /**
   * Whether it is known where these blocks are, or that they are nowhere; else {@link
   * JobScheduler#onBlocksSettled} follows.
   */
  boolean isSettled(long streamId, long from, long until);
}
