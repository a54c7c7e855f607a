package org.millrace.am.schedule;

import com.google.protobuf.ByteString;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.am.plan.Pipeline;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.Wiring;

/**
 * Which templates, function sets and wirings each executor was sent. Bounded: what was not used for
 * longest is sent again when it is used again. An executor that dropped one says so and is sent it
 * again. Owned by the driver loop.
 */
final class ShippedCode {
  private static final int MOST = 4_096;

  /** A number for each id that was sent to somebody, the least recently used first. */
  private final Map<ByteString, Integer> numbers = new LinkedHashMap<>(64, 0.75f, true);

  /** The numbers that each executor was sent. */
  private final Map<Integer, BitSet> byExecutor = new HashMap<>();

  /** Adds to {@code message} what the executor does not have yet. */
  void addMissing(int executorId, Pipeline pipeline, RunTasks.Builder message) {
    BitSet sent = sentTo(executorId);
    if (isNew(sent, pipeline.template().getId())) {
      message.addTemplates(pipeline.template());
    }
    if (isNew(sent, pipeline.functions().getId())) {
      message.addFunctionSets(pipeline.functions());
    }
  }

  /** The same for the wirings of shuffles. */
  void addMissing(int executorId, List<Wiring> wirings, RunTasks.Builder message) {
    BitSet sent = sentTo(executorId);
    for (Wiring wiring : wirings) {
      if (isNew(sent, wiring.getId())) {
        message.addWirings(wiring);
      }
    }
  }

  private BitSet sentTo(int executorId) {
    return byExecutor.computeIfAbsent(executorId, id -> new BitSet());
  }

  private boolean isNew(BitSet sent, ByteString id) {
    Integer number = numbers.get(id);
    if (number == null) {
      number = newNumber();
      numbers.put(id, number);
    }
    if (sent.get(number)) {
      return false;
    }
    sent.set(number);
    return true;
  }

  private int newNumber() {
    if (numbers.size() < MOST) {
      return numbers.size();
    }
    var eldest = numbers.entrySet().iterator();
    int number = eldest.next().getValue();
    eldest.remove();
    byExecutor.values().forEach(sent -> sent.clear(number));
    return number;
  }

  void dropped(int executorId, Iterable<ByteString> ids) {
    BitSet sent = byExecutor.get(executorId);
    if (sent != null) {
      for (ByteString id : ids) {
        Integer number = numbers.get(id);
        if (number != null) {
          sent.clear(number);
        }
      }
    }
  }

  void executorLost(int executorId) {
    byExecutor.remove(executorId);
  }
}
