package org.millrace.runner.receive;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.api.spi.ReceiverSupervisor;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.api.streaming.receiver.Receiver;

/** A receiver that stores what a test tells it to. Found by its name after it was deserialized. */
final class HandReceiver extends Receiver<Object> {
  private static final long serialVersionUID = 1L;
  private static final Map<String, HandReceiver> RUNNING = new ConcurrentHashMap<>();
  private static final Map<String, Deque<RuntimeException>> FAILURES = new ConcurrentHashMap<>();
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name;
  private final BlockFormat format;
  private transient int starts;
  private transient int stops;

  private HandReceiver(String name, BlockFormat format) {
    super(StorageLevel.MEMORY_ONLY_2);
    this.name = name;
    this.format = format;
  }

  static HandReceiver of(BlockFormat format) {
    return new HandReceiver("hand-" + NAMES.incrementAndGet(), format);
  }

  /** The next starts throw these. */
  void failNextStarts(RuntimeException... failures) {
    FAILURES.put(name, new ArrayDeque<>(java.util.List.of(failures)));
  }

  /** The copy of this receiver that was started. */
  HandReceiver started() {
    HandReceiver started = RUNNING.get(name);
    if (started == null) {
      throw new AssertionError(name + " was not started");
    }
    return started;
  }

  boolean isRunning() {
    return RUNNING.containsKey(name);
  }

  int starts() {
    return starts;
  }

  int stops() {
    return stops;
  }

  /** What it was given by its newest start. */
  ReceiverSupervisor supervisor() {
    try {
      Field field = Receiver.class.getDeclaredField("supervisor");
      field.setAccessible(true);
      return (ReceiverSupervisor) field.get(this);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  void lines(String text) {
    storeLines(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  protected BlockFormat blockFormat() {
    return format;
  }

  @Override
  public void onStart() {
    starts++;
    RUNNING.put(name, this);
    Deque<RuntimeException> failures = FAILURES.get(name);
    if (failures != null && !failures.isEmpty()) {
      throw failures.remove();
    }
  }

  @Override
  public void onStop() {
    stops++;
  }
}
