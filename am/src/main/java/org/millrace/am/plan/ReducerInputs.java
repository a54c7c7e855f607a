package org.millrace.am.plan;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.am.plan.PlannedInput.Locality;
import org.millrace.am.plan.PlannedInput.ShuffleRead;

/**
 * What tasks read that read one reduce partition each. It says nothing of the batch, so that jobs
 * which are alike share it. Bounded, the least recently used dropped. Owned by the thread that
 * plans.
 */
final class ReducerInputs {
  private static final int MOST = 16;

  private final Map<Like, PlannedInput[]> inputs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Like, PlannedInput[]> eldest) {
          return size() > MOST;
        }
      };

  private record Like(int shuffleId, int operatorPartitions) {}

  /**
   * The input of a task.
   *
   * @param place of the task
   * @param operatorPartitions how many of its operators are told the partition
   */
  PlannedInput of(int shuffleId, int partition, int place, int operatorPartitions) {
    Like like = new Like(shuffleId, operatorPartitions);
    PlannedInput[] known = inputs.computeIfAbsent(like, any -> new PlannedInput[0]);
    if (partition >= known.length) {
      known = Arrays.copyOf(known, Math.max(partition + 1, 2 * known.length));
      inputs.put(like, known);
    }
    if (known[partition] == null || known[partition].place() != place) {
      known[partition] =
          new PlannedInput(
              PipePlanner.shuffleInput(shuffleId, partition),
              List.of(new ShuffleRead(shuffleId, partition)),
              place,
              Locality.ANYWHERE,
              List.of(),
              operatorPartitions == 0
                  ? List.of()
                  : Collections.nCopies(operatorPartitions, partition),
              false);
    }
    return known[partition];
  }
}
