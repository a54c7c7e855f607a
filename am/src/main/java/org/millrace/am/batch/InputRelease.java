package org.millrace.am.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.millrace.api.graph.InputStreamNode;

/**
 * Gives the input of batches back when no batch can ask for it any more. Owned by the driver loop.
 */
final class InputRelease {
  private record Held(long timeMs, InputCut cut) {}

  private final Consumer<List<InputCut>> giveBack;
  private final Map<Integer, Long> neededMs = new HashMap<>();
  private final Map<Integer, Deque<Held>> held = new HashMap<>();
  private long freedMs;
  private long endedMs;

  /** Batches up to this one are never computed again. */
  private LongSupplier recoveryPointMs = () -> Long.MAX_VALUE;

  InputRelease(
      List<InputStreamNode> inputs, StreamRetention retention, Consumer<List<InputCut>> giveBack) {
    this.giveBack = giveBack;
    for (InputStreamNode input : inputs) {
      neededMs.put(input.inputId(), retention.inputNeededMs(input));
      held.put(input.inputId(), new ArrayDeque<>());
    }
  }

  /** Batches after this one may be computed again, for the state that they left. */
  void recoveryPoint(LongSupplier lastMs) {
    recoveryPointMs = lastMs;
  }

  /** The newest batch that has durably ended. */
  long endedMs() {
    return endedMs;
  }

  /** A batch took this; batches come in their order. */
  void onCut(Batch batch) {
    for (InputCut cut : batch.cuts) {
      if (!cut.isEmpty()) {
        held.get(cut.inputId()).add(new Held(batch.timeMs, cut));
      }
    }
  }

  /**
   * When all batches up to this time have ended, of which batches no input is needed any more:
   * those before the answer. Empty when that frees nothing.
   */
  OptionalLong freedBy(long endingMs) {
    long timeMs = Math.min(endingMs, recoveryPointMs.getAsLong());
    long untilMs = Long.MAX_VALUE;
    long oldestMs = Long.MAX_VALUE;
    for (Map.Entry<Integer, Deque<Held>> input : held.entrySet()) {
      untilMs = Math.min(untilMs, timeMs - neededMs.get(input.getKey()) + 1);
      if (!input.getValue().isEmpty()) {
        oldestMs = Math.min(oldestMs, input.getValue().peek().timeMs());
      }
    }
    if (oldestMs >= untilMs || untilMs <= freedMs) {
      return OptionalLong.empty();
    }
    freedMs = untilMs;
    return OptionalLong.of(untilMs);
  }

  /** All batches up to this time have durably ended. */
  void onEnded(long newestMs) {
    endedMs = Math.max(endedMs, newestMs);
    long timeMs = Math.min(newestMs, recoveryPointMs.getAsLong());
    List<InputCut> released = new ArrayList<>();
    held.forEach(
        (inputId, batches) -> {
          while (!batches.isEmpty() && batches.peek().timeMs() + neededMs.get(inputId) <= timeMs) {
            released.add(batches.poll().cut());
          }
        });
    if (!released.isEmpty()) {
      giveBack.accept(released);
    }
  }
}
