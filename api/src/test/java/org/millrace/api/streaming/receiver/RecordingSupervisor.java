package org.millrace.api.streaming.receiver;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.millrace.api.spi.ReceiverSupervisor;

/** Remembers what a receiver asks for, in words, so that a test can wait for it. Thread-safe. */
public final class RecordingSupervisor implements ReceiverSupervisor {
  private static final int DEADLINE_S = 120;

  private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> safe;
  private final List<SourcePosition> lastPositions;

  /** Whatever is stored is safe at once. */
  public RecordingSupervisor() {
    this(CompletableFuture.completedFuture(null));
  }

  /** What is stored with a position is safe when {@code safe} completes. */
  public RecordingSupervisor(CompletableFuture<Void> safe, SourcePosition... lastPositions) {
    this.safe = safe;
    this.lastPositions = List.of(lastPositions);
  }

  /** The next call, in words; fails when there is none for too long. */
  public String next() throws InterruptedException {
    String call = calls.poll(DEADLINE_S, TimeUnit.SECONDS);
    if (call == null) {
      throw new AssertionError("the receiver called nothing for " + DEADLINE_S + " s");
    }
    return call;
  }

  /** All calls that were made and not asked for yet. */
  public List<String> rest() {
    List<String> rest = new ArrayList<>();
    calls.drainTo(rest);
    return rest;
  }

  @Override
  public void store(Object record) {
    calls.add("store " + record);
  }

  @Override
  public void storeAll(Iterator<?> records) {
    List<Object> all = new ArrayList<>();
    records.forEachRemaining(all::add);
    calls.add("storeAll " + all);
  }

  @Override
  public void storeAllBytes(ByteBuffer lines) {
    calls.add("storeAllBytes " + StandardCharsets.UTF_8.decode(lines.duplicate()));
  }

  @Override
  public void storeBytes(ByteBuffer lines) {
    calls.add("storeBytes " + StandardCharsets.UTF_8.decode(lines.duplicate()));
  }

  @Override
  public CompletableFuture<Void> storeAt(Iterator<?> records, SourcePosition position) {
    List<Object> all = new ArrayList<>();
    records.forEachRemaining(all::add);
    calls.add("storeAt " + all + " " + position);
    return safe;
  }

  @Override
  public CompletableFuture<Void> storeBytesAt(ByteBuffer lines, SourcePosition position) {
    calls.add("storeBytesAt " + StandardCharsets.UTF_8.decode(lines.duplicate()) + " " + position);
    return safe;
  }

  @Override
  public List<SourcePosition> lastPositions() {
    return lastPositions;
  }

  @Override
  public void reportError(String message, Throwable cause) {
    calls.add("reportError " + message);
  }

  @Override
  public void restart(String message, Throwable cause, long delayMs) {
    calls.add("restart " + delayMs + " " + message);
  }

  @Override
  public void stop(String message, Throwable cause) {
    calls.add("stop " + message);
  }

  @Override
  public boolean isReceiverStarted() {
    return true;
  }

  @Override
  public boolean isReceiverStopped() {
    return false;
  }

  @Override
  public int streamId() {
    return 3;
  }
}
