package org.millrace.runner.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what it is told, for tests to wait for. Thread-safe. */
public final class RecordingHandler implements FrameHandler {
  private static final long DEADLINE_SECONDS = 120;

  /** What arrived, and on which end. */
  public record Arrival(Connection connection, Frame frame) {}

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final CompletableFuture<Optional<Throwable>> closed = new CompletableFuture<>();
  private final AtomicInteger closedCount = new AtomicInteger();

  @Override
  public void onFrame(Connection connection, Frame frame) {
    arrivals.add(new Arrival(connection, frame));
  }

  @Override
  public void onClosed(Connection connection, Optional<Throwable> cause) {
    closedCount.incrementAndGet();
    closed.complete(cause);
  }

  public Arrival next() throws InterruptedException {
    Arrival arrival = arrivals.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
    if (arrival == null) {
      throw new AssertionError("No frame arrived within " + DEADLINE_SECONDS + " s");
    }
    return arrival;
  }

  public List<Frame> next(int count) throws InterruptedException {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(next().frame());
    }
    return frames;
  }

  public boolean isEmpty() {
    return arrivals.isEmpty();
  }

  /** The cause of the close, as soon as there was one. */
  public Optional<Throwable> closed() throws Exception {
    return closed.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  public boolean isClosed() {
    return closed.isDone();
  }

  public int closedCount() {
    return closedCount.get();
  }
}
