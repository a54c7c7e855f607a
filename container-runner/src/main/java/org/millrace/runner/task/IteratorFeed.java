package org.millrace.runner.task;

import java.util.Iterator;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.PairFlatMapFunction;

/**
 * What a function over the iterator of a partition gives: MAP_PARTITIONS, MAP_PARTITIONS_TO_PAIR.
 */
final class IteratorFeed implements Feed {
  private static final int RECORDS_A_STEP = 1_024;

  private final PageLoop loop;
  private final Object function;
  private final Feed upstream;
  private final PullIterator input;
  private Iterator<?> output;

  IteratorFeed(PageLoop loop, Object function, Feed upstream, PullIterator input) {
    this.loop = loop;
    this.function = function;
    this.upstream = upstream;
    this.input = input;
  }

  @Override
  public Step push(RecordConsumer head, Runnable wake) throws Exception {
    if (output == null) {
      output = call();
    }
    return loop.push(output, RECORDS_A_STEP, head) ? Step.MORE : Step.DONE;
  }

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  private Iterator<?> call() throws Exception {
    return function instanceof PairFlatMapFunction
        ? ((PairFlatMapFunction<Iterator<Object>, Object, Object>) function).call(input)
        : ((FlatMapFunction<Iterator<Object>, Object>) function).call(input);
  }

  @Override
  public Step prepareToBlock(Runnable wake) {
    return upstream.prepareToBlock(wake);
  }

  @Override
  public long recordCount() {
    return upstream.recordCount();
  }

  @Override
  public void close() {
    upstream.close();
  }
}
