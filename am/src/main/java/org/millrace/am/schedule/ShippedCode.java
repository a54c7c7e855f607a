package org.millrace.am.schedule;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.am.plan.Pipeline;
import org.millrace.runner.wire.proto.RunTasks;

/**
 * Which templates and function sets each executor was sent. Bounded; an executor that dropped one
 * says so and is sent it again. Owned by the driver loop.
 */
final class ShippedCode {
  private static final int MOST_PER_EXECUTOR = 4_096;

  private final Map<Integer, Shipped> byExecutor = new HashMap<>();

  /** Adds to {@code message} what the executor does not have yet. */
  void addMissing(int executorId, Pipeline pipeline, RunTasks.Builder message) {
    Shipped shipped = byExecutor.computeIfAbsent(executorId, id -> new Shipped());
    if (shipped.put(pipeline.template().getId(), true) == null) {
      message.addTemplates(pipeline.template());
    }
    if (shipped.put(pipeline.functions().getId(), true) == null) {
      message.addFunctionSets(pipeline.functions());
    }
  }

  void dropped(int executorId, Iterable<ByteString> ids) {
    Shipped shipped = byExecutor.get(executorId);
    if (shipped != null) {
      ids.forEach(shipped::remove);
    }
  }

  void executorLost(int executorId) {
    byExecutor.remove(executorId);
  }

  private static final class Shipped extends LinkedHashMap<ByteString, Boolean> {
    private static final long serialVersionUID = 1L;

    Shipped() {
      super(64, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<ByteString, Boolean> eldest) {
      return size() > MOST_PER_EXECUTOR;
    }
  }
}
