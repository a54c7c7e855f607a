package org.millrace.api.spi;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.streaming.receiver.SourcePosition;

/**
 * What a running receiver calls; one supervisor belongs to one start of one receiver.
 *
 * <p>Thread-safe. The methods that store block their caller while the engine has no room for more.
 * They return after the data has been taken over; {@link #storeAll} and {@link #storeAllBytes}
 * return after it is as safe as the receiver's storage level asks for. What is stored while the
 * receiver is being restarted, or waits for room while it is stopped in order, is still taken. Once
 * it is stopped, methods that store throw {@link org.millrace.api.error.MillraceException}, and
 * {@link #restart} and {@link #stop} do nothing.
 */
public interface ReceiverSupervisor {
  /** Takes one record. */
  void store(Object record);

  /** Takes records that stay together in one block. */
  void storeAll(Iterator<?> records);

  /**
   * Takes whole lines as UTF-8 bytes, from the buffer's position to its limit, as they are. The
   * caller may use the buffer again after the return.
   */
  void storeBytes(ByteBuffer lines);

  /** Takes whole lines as {@link #storeBytes} does, as blocks of their own. */
  void storeAllBytes(ByteBuffer lines);

  /**
   * Takes records with the position of their source after them: all of them or none. The future
   * completes when they are as safe as {@link #storeAll} would make them, and fails when it is not
   * known whether they ever will be.
   */
  CompletableFuture<Void> storeAt(Iterator<?> records, SourcePosition position);

  /** Takes whole lines as {@link #storeAt} takes records. */
  CompletableFuture<Void> storeBytesAt(ByteBuffer lines, SourcePosition position);

  /** The newest position of each source when the receiver was started. */
  List<SourcePosition> lastPositions();

  /** Shows a problem that does not end the receiver. The cause may be null. */
  void reportError(String message, Throwable cause);

  /**
   * Stops the receiver and starts it again after a delay; returns at once.
   *
   * @param delayMs how long to wait; negative asks for the engine's own delay, which grows while
   *     restarts follow each other
   */
  void restart(String message, Throwable cause, long delayMs);

  /** Stops the receiver for good; returns at once. The cause may be null. */
  void stop(String message, Throwable cause);

  /** Whether the receiver was started and not stopped since. */
  boolean isReceiverStarted();

  /** Whether the receiver was stopped, or is being stopped or restarted. */
  boolean isReceiverStopped();

  /** The input that the receiver belongs to, from 0. */
  int streamId();
}
