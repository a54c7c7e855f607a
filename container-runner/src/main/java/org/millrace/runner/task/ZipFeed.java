package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.runner.task.PipeInstance.Source;

/** What a function over the iterators of all children gives. */
final class ZipFeed implements Feed {
  private static final int RECORDS_A_STEP = 1_024;

  private final Source source;
  private final List<Feed> children;
  private Iterator<?> output;

  /**
   * @param children push into the buffers of the source's children
   */
  ZipFeed(Source source, List<Feed> children) {
    this.source = source;
    this.children = List.copyOf(children);
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (output == null) {
      Step prepared = prepareToBlock(wake);
      if (prepared != Step.DONE) {
        return prepared;
      }
      output = call();
    }
    return source.loop().push(output, RECORDS_A_STEP, source.head()) ? Step.MORE : Step.DONE;
  }

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  private Iterator<?> call() throws Exception {
    List<Iterator<Object>> inputs = new ArrayList<>(children.size());
    for (int i = 0; i < children.size(); i++) {
      inputs.add(new PullIterator(children.get(i), buffer(i)));
    }
    return ((FlatMapFunction<List<Iterator<Object>>, Object>) source.function()).call(inputs);
  }

  private PullBuffer buffer(int child) {
    return source.children().get(child).lastSegment().buffer();
  }

  @Override
  public Step prepareToBlock(Runnable wake) throws Exception {
    for (Feed child : children) {
      Step prepared = child.prepareToBlock(wake);
      if (prepared != Step.DONE) {
        return prepared;
      }
    }
    return Step.DONE;
  }

  @Override
  public long recordCount() {
    return children.stream().mapToLong(Feed::recordCount).sum();
  }

  /** The function may have left records that it did not ask for. */
  @Override
  public void close() {
    output = null;
    for (int i = 0; i < children.size(); i++) {
      children.get(i).close();
      buffer(i).clear();
    }
  }
}
