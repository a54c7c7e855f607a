package org.millrace.api.streaming.receiver;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
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
   * @param metadata what a source says of the block; nothing here asks for it, so it is not kept
   */
  public void store(Iterator<T> records, Object metadata) {
    store(records);
  }

  /** Stores records as one block; returns after it is as safe as the storage level asks for. */
  public void store(List<T> records) {
    supervisor().storeAll(records.iterator());
  }

  /**
   * {@link #store(List)}.
   *
   * @param metadata what a source says of the block; nothing here asks for it, so it is not kept
   */
  public void store(List<T> records, Object metadata) {
    store(records);
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
   * @param metadata what a source says of the block; nothing here asks for it, so it is not kept
   */
  public void store(ByteBuffer lines, Object metadata) {
    store(lines);
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
    return lines.hasRemaining();
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
