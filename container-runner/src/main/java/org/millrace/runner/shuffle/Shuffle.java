package org.millrace.runner.shuffle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.proto.ShuffleSpec;

/**
 * One shuffle of a job on this executor, both sides. Guarded by the lock of its {@link
 * ShuffleStore}.
 */
final class Shuffle {
  private static final int MAX_REDUCERS = 1 << 20;

  private final Map<Integer, ReduceInput> inputs = new HashMap<>();
  private final Map<Long, KeptOutput> outputs = new LinkedHashMap<>();
  private final Map<Integer, Integer> attemptsInUse = new HashMap<>();
  private int mapCount = -1;
  private int[] route = new int[0];

  /** Pages may be here before the driver's message that says what they are for. */
  void specify(ShuffleSpec spec) {
    if (mapCount >= 0) {
      return;
    }
    mapCount = spec.getMapCount();
    route = spec.getReducersList().stream().mapToInt(Integer::intValue).toArray();
  }

  boolean isSpecified() {
    return mapCount >= 0;
  }

  int reducerCount() {
    return route.length;
  }

  int route(int reducePartition) {
    return route[reducePartition];
  }

  void reroute(int reducePartition, int executorId) {
    if (reducePartition >= 0 && reducePartition < route.length) {
      route[reducePartition] = executorId;
    }
  }

  ReduceInput input(int reducePartition) {
    ReduceInput known = inputs.get(reducePartition);
    if (known != null) {
      return known;
    }
    if (reducePartition < 0 || reducePartition > MAX_REDUCERS) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "a shuffle message has the reduce partition " + reducePartition);
    }
    ReduceInput input = new ReduceInput();
    attemptsInUse.forEach(input::useAttempt);
    inputs.put(reducePartition, input);
    return input;
  }

  void useAttempt(int mapPartition, int attempt) {
    attemptsInUse.put(mapPartition, attempt);
    inputs.values().forEach(input -> input.useAttempt(mapPartition, attempt));
  }

  boolean isReady(ReduceInput input) {
    return mapCount >= 0 && input.isReady(mapCount);
  }

  KeptOutput output(int mapPartition, int attempt) {
    return outputs.computeIfAbsent(
        ((long) mapPartition << 32) | attempt,
        unused -> new KeptOutput(mapPartition, attempt, route.length));
  }

  List<KeptOutput> outputs() {
    return List.copyOf(outputs.values());
  }

  /** Everything that waits for input which is ready now. */
  List<Runnable> takeReady() {
    List<Runnable> actions = new ArrayList<>();
    for (ReduceInput input : inputs.values()) {
      if (isReady(input)) {
        actions.addAll(input.takeWaiting());
      }
    }
    return actions;
  }

  void forEachPage(Consumer<Page> action) {
    inputs.values().forEach(input -> input.forEachPage(action));
    for (KeptOutput output : outputs.values()) {
      for (int i = 0; i < route.length; i++) {
        output.pages(i).forEach(action);
      }
    }
  }
}
