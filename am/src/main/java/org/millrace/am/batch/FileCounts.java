package org.millrace.am.batch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.am.plan.LeafInputs;
import org.millrace.am.schedule.ReadSplits;
import org.millrace.runner.wire.proto.TaskInput;

/**
 * How many records the files of a batch have, as far as its tasks have read them. Owned by the
 * driver loop.
 */
final class FileCounts implements ReadSplits {
  private final Map<Integer, List<TaskInput>> splits = new HashMap<>();

  /** By part, of all inputs, as two may read the same files; -1 until it was read to its end. */
  private final Map<TaskInput, Long> records = new HashMap<>();

  FileCounts(List<InputCut> cuts) {
    for (InputCut cut : cuts) {
      if (cut instanceof InputCut.Files files && !files.isEmpty()) {
        List<TaskInput> parts = LeafInputs.ofFiles(files.dataset());
        splits.put(files.inputId(), parts);
        parts.forEach(part -> records.put(part, -1L));
      }
    }
  }

  /** What jobs of the batch tell what they read. */
  ReadSplits reads() {
    return splits.isEmpty() ? UNCOUNTED : this;
  }

  /** Parts of other batches' files, in windows, are of no interest here. */
  @Override
  public void onRead(TaskInput split, long count) {
    records.replace(split, count);
  }

  /** All records of the input's files; -1 when tasks have not read all of them to the end. */
  long records(int inputId) {
    long sum = 0;
    for (TaskInput split : splits.getOrDefault(inputId, List.of())) {
      long known = records.get(split);
      if (known < 0) {
        return -1;
      }
      sum += known;
    }
    return sum;
  }
}
