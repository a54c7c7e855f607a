package org.millrace.api.streaming.receiver;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.millrace.api.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.ReceiverSupervisor;
import org.millrace.api.storage.StorageLevel;

/**
 * Brings records from outside into a stream.
 *
 * <p>A receiver is defined in the driver, sent to an executor by serialization, and started there.
 * {@link #onStart()} starts threads that read the source and call one of the {@code store} methods;
 * {@link #onStop()} ends those threads. Neither may block. The other methods can be called from any
 * thread between the two. When the engine has no room, {@code store} blocks its caller, so a source
 * that waits for its reader is slowed down and nothing is dropped.
 *
 * <pre>
 *   defined --(engine)--&gt; started --stop, restart--&gt; stopped --restart delay--&gt; started
 * </pre>
 *
 * <p>A receiver is <em>reliable</em> when its source can send again what was not acknowledged. It
 * stores records together with the {@link SourcePosition} behind them, acknowledges them when the
 * store has returned or its future has completed, and resumes each source at its {@link
 * #lastPosition(String)} when it is started. Then every acknowledged record is in exactly one
 * batch, whatever dies: positions are as durable as the records that were stored with them.
 *
 * @param <T> type of the records
 */
public abstract class Receiver<T> implements Serializable {
  private static final long serialVersionUID = 1L;

  private final StorageLevel storageLevel;

  // Volatile: set by the engine's thread before onStart, read by the receiver's own threads.
  private transient volatile ReceiverSupervisor supervisor;

  /** A receiver whose blocks are kept as {@code storageLevel} says. */
  protected Receiver(StorageLevel storageLevel) {
    this.storageLevel = Objects.requireNonNull(storageLevel, "storageLevel");
  }

  /**
   * Starts reading the source, in threads of the receiver's own; must not block.
   *
   * <p>Called by the engine on an executor, also after each restart. An exception restarts the
   * receiver.
   */
  public abstract void onStart();

  /**
   * Ends what {@link #onStart()} started: closes connections and ends threads. Must not block for
   * long.
   */
  public abstract void onStop();

  /** How the receiver's blocks are kept. */
  public StorageLevel storageLevel() {
    return storageLevel;
  }

  /** The host on which the receiver should run; absent when any will do. */
  public Optional<String> preferredLocation() {
    return Optional.empty();
  }

  /** What the receiver's blocks hold; the same answer each time. */
  protected BlockFormat blockFormat() {
    return BlockFormat.OBJECTS;
  }

  /** Stores one record. Records are collected into blocks, so this is cheap and not yet safe. */
  public void store(T record) {
    supervisor().store(record);
  }

  /** Stores records as one block; returns after it is as safe as the storage level asks for. */
  public void store(Iterator<T> records) {
    supervisor().storeAll(records);
  }

  /**
   * {@link #store(Iterator)}.
   *
   * @param metadata a {@link SourcePosition} is stored with the records; nothing asks for anything
   *     else, so it is not kept
   */
  public void store(Iterator<T> records, Object metadata) {
    if (metadata instanceof SourcePosition position) {
      store(records, position);
    } else {
      store(records);
    }
  }

  /** Stores records as one block; returns after it is as safe as the storage level asks for. */
  public void store(List<T> records) {
    supervisor().storeAll(records.iterator());
  }

  /**
   * {@link #store(List)}.
   *
   * @param metadata a {@link SourcePosition} is stored with the records; nothing asks for anything
   *     else, so it is not kept
   */
  public void store(List<T> records, Object metadata) {
    if (metadata instanceof SourcePosition position) {
      store(records, position);
    } else {
      store(records);
    }
  }

  /**
   * Stores whole lines of UTF-8 text, the last one ended by a line feed, from the buffer's position
   * to its limit, as blocks of their own; returns after they are as safe as the storage level asks
   * for. The bytes are taken as they are; each line becomes a String when a function asks for it.
   * The buffer can be used again after the return.
   *
   * @throws MillraceException ILLEGAL_USE when the receiver's format is not {@link
   *     BlockFormat#TEXT_LINES} or the last line is not ended
   */
  public void store(ByteBuffer lines) {
    if (hasLines(lines)) {
      supervisor().storeAllBytes(lines);
    }
  }

  /**
   * {@link #store(ByteBuffer)}.
   *
   * @param metadata a {@link SourcePosition} is stored with the records; nothing asks for anything
   *     else, so it is not kept
   */
  public void store(ByteBuffer lines, Object metadata) {
    if (metadata instanceof SourcePosition position) {
      store(lines, position);
    } else {
      store(lines);
    }
  }

  /**
   * Stores records with the position of their source after them, all of them or none; returns when
   * they are safe: flushed in the write-ahead log, or without one kept as the storage level asks
   * for. The source may then forget them.
   *
   * <p>Threads that store at the same time share a flush. The positions of one source are stored in
   * their order.
   *
   * @throws MillraceException EXECUTOR_LOST when it is not known whether the records are safe: they
   *     must not be acknowledged; ILLEGAL_USE when the receiver was stopped before: nothing is
   *     stored; RECORD_TOO_LARGE when they are too many for a block
   */
  public void store(Iterator<T> records, SourcePosition position) {
    await(storeAsync(records, position));
  }

  /** {@link #store(Iterator, SourcePosition)}. */
  public void store(List<T> records, SourcePosition position) {
    await(storeAsync(records.iterator(), position));
  }

  /** {@link #store(Iterator, SourcePosition)} for whole lines as in {@link #store(ByteBuffer)}. */
  public void store(ByteBuffer lines, SourcePosition position) {
    await(storeAsync(lines, position));
  }

  /**
   * {@link #store(Iterator, SourcePosition)} that does not wait until the records are safe, so that
   * one thread keeps many of them under way. It does wait for room.
   *
   * @return completes when the records are safe, on a thread of the engine that must not be held
   *     up; fails as the other one throws
   */
  public CompletableFuture<Void> storeAsync(Iterator<T> records, SourcePosition position) {
    return supervisor().storeAt(records, Objects.requireNonNull(position, "position"));
  }

  /** {@link #storeAsync(Iterator, SourcePosition)} for whole lines. */
  public CompletableFuture<Void> storeAsync(ByteBuffer lines, SourcePosition position) {
    Objects.requireNonNull(position, "position");
    requireLines(lines);
    return supervisor().storeBytesAt(lines, position);
  }

  /**
   * Where a source is to be resumed: the position of the last records that were stored of it, by
   * this receiver or by one that ran before, in this executor or in another one. Empty when none
   * were. Asked for from {@link #onStart()} on; what this start stores does not change it.
   */
  public Optional<SourcePosition> lastPosition(String source) {
    return supervisor().lastPositions().stream()
        .filter(position -> position.source().equals(source))
        .findFirst()
        .map(Optional::of)
        .orElseGet(Optional::empty);
  }

  /**
   * {@link #lastPosition(String)} of the only source that the receiver has.
   *
   * @throws MillraceException ILLEGAL_USE when positions of several sources were stored
   */
  public Optional<SourcePosition> lastPosition() {
    List<SourcePosition> all = supervisor().lastPositions();
    if (all.size() > 1) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          getClass().getName()
              + " has positions of several sources, "
              + all
              + "; ask for lastPosition of one of them");
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(0));
  }

  /** {@link #lastPosition(String)} of each source that has one. */
  public List<SourcePosition> lastPositions() {
    return supervisor().lastPositions();
  }

  /**
   * Stores lines as {@link #store(ByteBuffer)} does, but collects them into blocks with others:
   * like {@link #store(Object)} this is cheap and not yet safe.
   *
   * @throws MillraceException ILLEGAL_USE when the receiver's format is not {@link
   *     BlockFormat#TEXT_LINES} or the last line is not ended
   */
  public void storeLines(ByteBuffer lines) {
    if (hasLines(lines)) {
      supervisor().storeBytes(lines);
    }
  }

  /** Whether there are lines to store; refuses what are no whole lines. */
  private boolean hasLines(ByteBuffer lines) {
    requireLines(lines);
    return lines.hasRemaining();
  }

  private void requireLines(ByteBuffer lines) {
    if (blockFormat() != BlockFormat.TEXT_LINES) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          getClass().getName()
              + " stored bytes but its blocks hold objects; let blockFormat() return TEXT_LINES and"
              + " store whole lines, or store records");
    }
    if (lines.hasRemaining() && lines.get(lines.limit() - 1) != '\n') {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          getClass().getName()
              + " stored "
              + lines.remaining()
              + " bytes that do not end with a line feed; store whole lines only");
    }
  }

  /** Shows a problem on the application's page and in the log; the receiver goes on. */
  public void reportError(String message, Throwable cause) {
    supervisor().reportError(message, cause);
  }

  /** Stops the receiver and starts it again after the configured delay; returns at once. */
  public void restart(String message) {
    supervisor().restart(message, null, -1);
  }

  /** Stops the receiver and starts it again after the configured delay; returns at once. */
  public void restart(String message, Throwable cause) {
    supervisor().restart(message, cause, -1);
  }

  /** Stops the receiver and starts it again after a delay in milliseconds; returns at once. */
  public void restart(String message, Throwable cause, int delayMs) {
    if (delayMs < 0) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a receiver cannot restart after " + delayMs + " ms; give a delay of at least 0");
    }
    supervisor().restart(message, cause, delayMs);
  }

  /** Stops the receiver for good; returns at once. */
  public void stop(String message) {
    supervisor().stop(message, null);
  }

  /** Stops the receiver for good; returns at once. */
  public void stop(String message, Throwable cause) {
    supervisor().stop(message, cause);
  }

  /** Whether the receiver was started and not stopped since. */
  public boolean isStarted() {
    ReceiverSupervisor current = supervisor;
    return current != null && current.isReceiverStarted();
  }

  /** Whether the receiver is stopped, stopping or waiting to be restarted. */
  public boolean isStopped() {
    ReceiverSupervisor current = supervisor;
    return current == null || current.isReceiverStopped();
  }

  /** The number of the input among the inputs of the program, from 0. */
  public int streamId() {
    return supervisor().streamId();
  }

  /** What the receiver's blocks hold; for the engine, which cannot call {@link #blockFormat()}. */
  public static BlockFormat blockFormat(Receiver<?> receiver) {
    return receiver.blockFormat();
  }

  /** Connects the receiver to an engine; for the engine only, before {@link #onStart()}. */
  public final void attach(ReceiverSupervisor newSupervisor) {
    supervisor = Objects.requireNonNull(newSupervisor, "newSupervisor");
  }

  private void await(CompletableFuture<Void> safe) {
    try {
      safe.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ErrorCode.EXECUTOR_LOST,
          "a thread of "
              + getClass().getName()
              + " was interrupted while it stored: its records are taken, but it is not known"
              + " whether they are safe",
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MillraceException known) {
        throw known;
      }
      throw new MillraceException(
          ErrorCode.INTERNAL, "storing records failed: " + e.getCause(), e.getCause());
    }
  }

  private ReceiverSupervisor supervisor() {
    ReceiverSupervisor current = supervisor;
    if (current == null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          getClass().getName()
              + " is not running: store, restart and stop can be called only after onStart()");
    }
    return current;
  }
}
