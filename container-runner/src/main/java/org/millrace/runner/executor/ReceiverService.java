package org.millrace.runner.executor;

import java.util.List;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.LimitReceiver;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReleaseBlocks;
import org.millrace.runner.wire.proto.RunningReceiver;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StopReceiver;
import org.millrace.runner.wire.proto.StreamMark;

/**
 * The receivers and blocks of this executor. Called on the control loop unless said otherwise, in
 * the order in which the driver sent; a call returns without blocking.
 */
public interface ReceiverService extends AutoCloseable {
  void start(StartReceiver message);

  void stop(StopReceiver message);

  /** How many records a second a receiver may store from now on. */
  void limit(LimitReceiver message);

  void release(ReleaseBlocks message);

  void onMembership(Membership membership);

  /**
   * No driver takes blocks for a while: receivers go on into the log, and wait for memory only when
   * that has all that it may.
   */
  void onDriverLost();

  /** A driver takes blocks again. */
  void onDriverBack();

  /**
   * A {@code ReplicateBlock}, {@code BlockReplicated}, {@code FetchBlock} or {@code FetchedBlock}
   * from another executor; on a network thread, or on the sender's thread when it came by
   * reference.
   */
  void onPeerFrame(int fromExecutor, Frame frame);

  /** Current marks of all streams held here, as primary or replica. */
  List<StreamMark> marks();

  /** Bytes in block logs here, of blocks that were not released. */
  long loggedBytes();

  /** Receivers that were started here and have not ended. */
  List<RunningReceiver> running();

  /** The name of the block log that was opened last; empty for none. */
  String blockLog();

  /** Stops all receivers and drops all blocks. Idempotent. */
  @Override
  void close();
}
