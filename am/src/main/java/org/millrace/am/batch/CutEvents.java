package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.graph.FileSplit;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.SeenFile;
import org.millrace.checkpoint.log.FileRange;

/** Cuts as records of the event log. */
final class CutEvents {
  private CutEvents() {}

  /**
   * @param queueIndexes the number of the next queued dataset by input; counted up for those that
   *     are taken
   */
  static DriverEvent.BatchCut of(Batch batch, Map<Integer, Long> queueIndexes) {
    List<org.millrace.checkpoint.log.InputCut> inputs = new ArrayList<>();
    Map<String, SeenFile> seen = new LinkedHashMap<>();
    for (InputCut cut : batch.cuts) {
      if (cut instanceof InputCut.Blocks blocks) {
        inputs.add(
            new org.millrace.checkpoint.log.InputCut.BlocksCut(
                blocks.inputId(), blocks.partitions()));
      } else if (cut instanceof InputCut.Files files) {
        List<List<FileRange>> partitions = new ArrayList<>();
        for (FileSplit split : files.splits()) {
          partitions.add(
              List.of(
                  new FileRange(
                      split.path(),
                      split.offset(),
                      split.lengthBytes(),
                      split.modificationTimeMs())));
          SeenFile part =
              new SeenFile(
                  files.inputId(),
                  split.path(),
                  split.modificationTimeMs(),
                  split.offset() + split.lengthBytes());
          seen.merge(part.path(), part, CutEvents::longer);
        }
        inputs.add(new org.millrace.checkpoint.log.InputCut.FilesCut(files.inputId(), partitions));
      } else if (!cut.isEmpty()) {
        long index = queueIndexes.merge(cut.inputId(), 1L, Long::sum) - 1;
        inputs.add(new org.millrace.checkpoint.log.InputCut.QueueCut(cut.inputId(), index));
      }
    }
    return new DriverEvent.BatchCut(batch.timeMs, inputs, List.copyOf(seen.values()));
  }

  /** The splits of a file end where it ends. */
  private static SeenFile longer(SeenFile one, SeenFile other) {
    return one.lengthBytes() >= other.lengthBytes() ? one : other;
  }
}
