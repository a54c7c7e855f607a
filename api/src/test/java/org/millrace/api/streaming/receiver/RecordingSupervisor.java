package org.millrace.api.streaming.receiver;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.millrace.api.spi.ReceiverSupervisor;

/** Remembers what a receiver asks for, in words, so that a test can wait for it. Thread-safe. */
public final class RecordingSupervisor implements ReceiverSupervisor {
  private static final int DEADLINE_S = 20;

  private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

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
