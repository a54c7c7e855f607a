package org.millrace.runner.task;

import java.util.List;
import org.millrace.api.graph.Operator;
import org.millrace.runner.wire.proto.SourceKind;

/**
 * A pipe that is wired to what is behind it. One input at a time flows through it: a CONCAT may use
 * a child for one piece after the other. Owned by a slot loop.
 *
 * @param segments at least one; each but the last ends in front of a function over an iterator
 */
record PipeInstance(Source source, List<Segment> segments) {

  /**
   * Where the records come from.
   *
   * @param head of the first segment
   * @param textHead of the first segment, takes text in bytes; null where it takes strings alone
   * @param loop pushes pages; null where records come from a table or from children
   * @param table of a source that combines; null otherwise
   * @param function of ZIP and SPLIT; null otherwise
   * @param inlet of STATE; null otherwise
   * @param children end in {@code head} (CONCAT), in {@code table} (FOLD, GROUP_IN_PLACE), in
   *     {@code inlet} (STATE), or each in a buffer (ZIP)
   */
  record Source(
      SourceKind kind,
      RecordConsumer head,
      TextConsumer textHead,
      PageLoop loop,
      Combiner table,
      Object function,
      StateInlet inlet,
      List<PipeInstance> children) {}

  /**
   * Operators that push.
   *
   * @param head takes the records
   * @param buffer where they end when a function pulls them; null when they are pushed on
   * @param stores those of its operators that keep what passes, in order
   * @param function the function over an iterator behind the buffer; null in the last segment
   */
  record Segment(
      RecordConsumer head,
      PullBuffer buffer,
      List<RecordOperator> stores,
      PartitionFunction function) {}

  /**
   * A function over an iterator.
   *
   * @param outputLoop pushes what it gives
   */
  record PartitionFunction(Operator operator, Object function, PageLoop outputLoop) {}

  Segment lastSegment() {
    return segments.get(segments.size() - 1);
  }
}
