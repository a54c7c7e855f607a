package org.millrace.runner.receive;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.ReceiverSupervisor;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.runtime.Loop;

/** What a receiver calls between one start and the next. Thread-safe. */
final class ReceiverSupervision implements ReceiverSupervisor {
  private final ReceiverRun run;
  private final int receiverId;
  private final BlockFormat format;
  private final BlockCutter cutter;
  private final BlockCutter.Start start;
  private final SafeMark mark;
  private final Loop loop;

  // Volatile: set by the control loop, read by the receiver's threads.
  private volatile boolean ended;

  // Volatile: set by any storing thread, read by the control loop.
  private volatile boolean stored;

  ReceiverSupervision(
      ReceiverRun run,
      int receiverId,
      Receiver<?> receiver,
      BlockCutter cutter,
      BlockCutter.Start start,
      SafeMark mark,
      Loop loop) {
    this.run = run;
    this.receiverId = receiverId;
    this.format = Receiver.blockFormat(receiver);
    this.cutter = cutter;
    this.start = start;
    this.mark = mark;
    this.loop = loop;
  }

  /** The receiver is being stopped or restarted. */
  void end() {
    ended = true;
  }

  /** Whether the receiver has stored anything since this start. */
  boolean hasStored() {
    return stored;
  }

  @Override
  public void store(Object record) {
    if (format == BlockFormat.TEXT_LINES) {
      cutter.storeLines(TextChunks.line(record));
    } else {
      cutter.storeRecord(record);
    }
    noteStored();
  }

  @Override
  public void storeAll(Iterator<?> records) {
    long until =
        format == BlockFormat.TEXT_LINES
            ? cutter.storeOwnLines(new TextChunks(records, cutter.maxBlockBytes()))
            : cutter.storeOwnRecords(records);
    noteStored();
    awaitSafe(until);
  }

  @Override
  public void storeBytes(ByteBuffer lines) {
    cutter.storeLines(lines.hasArray() ? lines : TextChunks.onHeap(lines));
    noteStored();
  }

  @Override
  public void storeAllBytes(ByteBuffer lines) {
    long until = cutter.storeOwnLines(new LineChunks(lines, cutter.maxBlockBytes()));
    noteStored();
    awaitSafe(until);
  }

  @Override
  public CompletableFuture<Void> storeAt(Iterator<?> records, SourcePosition position) {
    long until =
        format == BlockFormat.TEXT_LINES
            ? cutter.storeLinesAt(TextChunks.lines(records), position, start.number())
            : cutter.storeRecordsAt(listOf(records), position, start.number());
    noteStored();
    return mark.reached(until);
  }

  private static List<?> listOf(Iterator<?> records) {
    List<Object> all = new ArrayList<>();
    records.forEachRemaining(all::add);
    return all;
  }

  @Override
  public CompletableFuture<Void> storeBytesAt(ByteBuffer lines, SourcePosition position) {
    ByteBuffer onHeap = lines.hasArray() ? lines : TextChunks.onHeap(lines);
    long until = cutter.storeLinesAt(onHeap, position, start.number());
    noteStored();
    return mark.reached(until);
  }

  @Override
  public List<SourcePosition> lastPositions() {
    return start.positions();
  }

  @Override
  public void reportError(String message, Throwable cause) {
    loop.execute(() -> run.onProblem(message, cause));
  }

  @Override
  public void restart(String message, Throwable cause, long delayMs) {
    loop.execute(() -> run.onRestart(this, message, cause, delayMs));
  }

  @Override
  public void stop(String message, Throwable cause) {
    loop.execute(() -> run.onStop(this, message, cause));
  }

  @Override
  public boolean isReceiverStarted() {
    return !ended;
  }

  @Override
  public boolean isReceiverStopped() {
    return ended;
  }

  @Override
  public int streamId() {
    return receiverId;
  }

  private void noteStored() {
    if (!stored) {
      stored = true;
    }
  }

  private void awaitSafe(long until) {
    CompletableFuture<Void> reached = mark.reached(until);
    try {
      reached.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the thread of receiver %d was interrupted: its records are stored, but it is not known whether they are copied"
              .formatted(receiverId),
          e);
    } catch (ExecutionException e) {
      throw new MillraceException(
          ErrorCode.EXECUTOR_LOST,
          "receiver %d ended before its records were copied".formatted(receiverId),
          e.getCause());
    }
  }
}
