package org.millrace.runner.task;

import java.util.Iterator;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFlatMapFunction;
import org.millrace.runner.task.PipeInstance.PartitionFunction;

/** What a function over the iterator of a partition gives. */
final class IteratorFeed implements Feed {
  private static final int RECORDS_A_STEP = 1_024;

  private final PartitionFunction function;
  private final int index;
  private final Feed upstream;
  private final PullBuffer buffer;
  private final RecordConsumer head;
  private Iterator<?> output;

  /**
   * @param index of the partition; used by MAP_PARTITIONS_WITH_INDEX
   * @param upstream pushes into {@code buffer}
   */
  IteratorFeed(
      PartitionFunction function,
      int index,
      Feed upstream,
      PullBuffer buffer,
      RecordConsumer head) {
    this.function = function;
    this.index = index;
    this.upstream = upstream;
    this.buffer = buffer;
    this.head = head;
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (output == null) {
      Step prepared = upstream.prepareToBlock(wake);
      if (prepared != Step.DONE) {
        return prepared;
      }
      output = call(new PullIterator(upstream, buffer));
    }
    return function.outputLoop().push(output, RECORDS_A_STEP, head) ? Step.MORE : Step.DONE;
  }

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  private Iterator<?> call(Iterator<Object> input) throws Exception {
    return switch (function.operator()) {
      case MAP_PARTITIONS_TO_PAIR ->
          ((PairFlatMapFunction<Iterator<Object>, Object, Object>) function.function()).call(input);
      case MAP_PARTITIONS_WITH_INDEX ->
          ((Function2<Integer, Iterator<Object>, Iterator<Object>>) function.function())
              .call(index, input);
      default -> ((FlatMapFunction<Iterator<Object>, Object>) function.function()).call(input);
    };
  }

  @Override
  public Step prepareToBlock(Runnable wake) throws Exception {
    return upstream.prepareToBlock(wake);
  }

  @Override
  public long recordCount() {
    return upstream.recordCount();
  }

  /** The function may have left records that it did not ask for. */
  @Override
  public void close() {
    output = null;
    upstream.close();
    buffer.clear();
  }
}
