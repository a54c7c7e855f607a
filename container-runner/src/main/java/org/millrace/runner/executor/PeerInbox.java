package org.millrace.runner.executor;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other executors, and this one, send: sorts frames to the rooms on the thread that brings
 * them. Thread-safe.
 *
 * <p>Frames that come before the rooms are open wait, in order. Frames of executors that membership
 * has dropped are dropped, and those of another attempt of the driver, but for blocks: their names
 * do not depend on who the driver is.
 */
final class PeerInbox implements FrameHandler {

  static final String NAME_PREFIX = "executor-";
  private static final Logger LOG = LoggerFactory.getLogger(PeerInbox.class);
  private static final int MAX_EARLY_BYTES = 64 << 20;

  private final FatalHandler fatalHandler;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Connection, Integer> connections = new HashMap<>();

  @GuardedBy("lock")
  private final Queue<Early> early = new ArrayDeque<>();

  @GuardedBy("lock")
  private long earlyBytes;

  /** Volatile: set once when the rooms open, read by all network threads. */
  private volatile ExecutorServices.Rooms rooms;

  /** Volatile: replaced whole by the control loop, read by all network threads. */
  private volatile LivingExecutors living = LivingExecutors.NONE_KNOWN;

  /** Volatile: set by the control loop, read by all network threads. */
  private volatile long attempt;

  PeerInbox(long attempt, FatalHandler fatalHandler) {
    this.attempt = attempt;
    this.fatalHandler = fatalHandler;
  }

  /** Delivers what has come early; from now on frames go straight to the rooms. */
  void open(ExecutorServices.Rooms opened) {
    lock.lock();
    try {
      for (Early frame = early.poll(); frame != null; frame = early.poll()) {
        dispatch(opened, frame.from(), frame.frame());
      }
      rooms = opened;
    } finally {
      lock.unlock();
    }
  }

  /** Takes what tasks of this attempt send, and no other. */
  void serve(long newAttempt) {
    attempt = newAttempt;
  }

  /** Closes what lost executors opened and refuses what they still send. */
  void onMembership(LivingExecutors now) {
    living = now;
    Set<Map.Entry<Connection, Integer>> known;
    lock.lock();
    try {
      known = Set.copyOf(connections.entrySet());
    } finally {
      lock.unlock();
    }
    for (Map.Entry<Connection, Integer> entry : known) {
      if (now.isLost(entry.getValue())) {
        entry.getKey().close();
      }
    }
  }

  @Override
  public void onFrame(Connection connection, Frame frame) {
    int from = sender(connection);
    if (living.isLost(from)) {
      connection.close();
      return;
    }
    long itsAttempt = frame.envelope().getEpoch();
    if (itsAttempt != attempt && !isAboutBlocks(frame)) {
      LOG.debug(
          "Dropped a {} of attempt {} from executor {}: the driver's attempt is {}",
          frame.envelope().getMessageCase(),
          itsAttempt,
          from,
          attempt);
      return;
    }
    deliver(from, frame);
  }

  @Override
  public void onClosed(Connection connection, Optional<Throwable> cause) {
    lock.lock();
    try {
      connections.remove(connection);
    } finally {
      lock.unlock();
    }
    cause.ifPresent(
        fault -> LOG.warn("The link from {} broke: {}", connection.peer(), fault.toString()));
  }

  /** Hands a frame to its room, on this thread, or keeps it until the rooms are open. */
  void deliver(int from, Frame frame) {
    ExecutorServices.Rooms opened = rooms;
    if (opened == null) {
      opened = keepEarly(from, frame);
    }
    if (opened == null) {
      return;
    }
    try {
      dispatch(opened, from, frame);
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.PROTOCOL_VIOLATION) {
        throw e;
      }
      fatalHandler.onFatal("frame of executor " + from, e);
    } catch (RuntimeException | Error fault) {
      fatalHandler.onFatal("frame of executor " + from, fault);
    }
  }

  /** The rooms when they have opened meanwhile. */
  private ExecutorServices.Rooms keepEarly(int from, Frame frame) {
    lock.lock();
    try {
      if (rooms == null) {
        requireForPeers(from, frame);
        earlyBytes += frame.payload().sizeBytes();
        if (earlyBytes > MAX_EARLY_BYTES) {
          throw violation(from, "sent more than 64 MiB before this executor was registered");
        }
        early.add(new Early(from, frame));
      }
      return rooms;
    } finally {
      lock.unlock();
    }
  }

  private static void dispatch(ExecutorServices.Rooms rooms, int from, Frame frame) {
    switch (frame.envelope().getMessageCase()) {
      case SHUFFLE_PAGE,
          MAP_OUTPUT_END,
          REPUSH_MAP_OUTPUT,
          FETCH_PARTITION,
          FETCHED_PARTITION,
          COPY_PARTITION,
          PARTITION_COPIED ->
          rooms.tasks().onPeerFrame(from, frame);
      case REPLICATE_BLOCK, BLOCK_REPLICATED, FETCH_BLOCK, FETCHED_BLOCK ->
          rooms.receivers().onPeerFrame(from, frame);
      default -> throw notForPeers(from, frame);
    }
  }

  private static boolean isAboutBlocks(Frame frame) {
    return switch (frame.envelope().getMessageCase()) {
      case REPLICATE_BLOCK, BLOCK_REPLICATED, FETCH_BLOCK, FETCHED_BLOCK -> true;
      default -> false;
    };
  }

  private static void requireForPeers(int from, Frame frame) {
    switch (frame.envelope().getMessageCase()) {
      case SHUFFLE_PAGE,
          MAP_OUTPUT_END,
          REPUSH_MAP_OUTPUT,
          FETCH_PARTITION,
          FETCHED_PARTITION,
          COPY_PARTITION,
          PARTITION_COPIED,
          REPLICATE_BLOCK,
          BLOCK_REPLICATED,
          FETCH_BLOCK,
          FETCHED_BLOCK -> {}
      default -> throw notForPeers(from, frame);
    }
  }

  private static MillraceException notForPeers(int from, Frame frame) {
    return violation(
        from, "sent a " + frame.envelope().getMessageCase() + ", which is not for executors");
  }

  private int sender(Connection connection) {
    lock.lock();
    try {
      return connections.computeIfAbsent(connection, PeerInbox::parseSender);
    } finally {
      lock.unlock();
    }
  }

  private static int parseSender(Connection connection) {
    String name = connection.peer();
    if (!name.matches(NAME_PREFIX + "\\d{1,10}")) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "'%s' connected to an executor, expected another executor".formatted(name));
    }
    return Integer.parseInt(name.substring(NAME_PREFIX.length()));
  }

  private static MillraceException violation(int from, String what) {
    return new MillraceException(
        ErrorCode.PROTOCOL_VIOLATION, "Executor %d %s".formatted(from, what));
  }

  private record Early(int from, Frame frame) {}
}
