package org.millrace.api.fake;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.BroadcastValues;

/** Broadcasts and accumulators of this process; functions that were copied find them again. */
final class FakeShared implements BroadcastValues {
  static final FakeShared INSTANCE = new FakeShared();

  private final AtomicLong nextId = new AtomicLong();
  private final Map<Long, Object> values = new ConcurrentHashMap<>();
  private final Map<Long, AccumulatorV2<?, ?>> accumulators = new ConcurrentHashMap<>();

  private FakeShared() {}

  <T> Broadcast<T> broadcast(T value) {
    long id = nextId.getAndIncrement();
    values.put(id, value);
    return new Broadcast<>(id, this);
  }

  void register(AccumulatorV2<?, ?> accumulator, String name) {
    accumulator.register(nextId.getAndIncrement(), name);
    accumulators.put(accumulator.id(), accumulator);
  }

  /** What an object that was read stands for. */
  Object resolved(Object read) {
    if (read instanceof Broadcast<?> broadcast) {
      return broadcast.in(this);
    } else if (read instanceof AccumulatorV2<?, ?> accumulator && accumulator.isRegistered()) {
      return accumulators.get(accumulator.id());
    }
    return read;
  }

  @Override
  public Object value(long id) {
    Object value = values.get(id);
    if (value == null) {
      throw new MillraceException(ErrorCode.ILLEGAL_USE, "broadcast " + id + " was destroyed");
    }
    return value;
  }

  @Override
  public void unpersist(long id, boolean waiting) {
    // There is one copy.
  }

  @Override
  public void destroy(long id, boolean waiting) {
    values.remove(id);
  }
}
