package org.millrace.runner.task;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.millrace.runner.state.StateAttempt;
import org.millrace.runner.task.PipeInstance.Source;
import org.millrace.runner.wire.proto.StateVersion;

/**
 * Brings a state to the version of the batch, with all records of its children, then pushes what
 * that gave. So whoever reads less than all has still changed the whole state.
 */
final class StateFeed implements Feed {
  private static final int RECORDS_A_STEP = 1_024;

  private final Source source;
  private final StateAttempt attempt;
  private final List<Feed> children;
  private StateVersion reached;
  private Iterator<Object> output;

  /**
   * @param children push into the inlet of the source: the pairs of the batch, then those that a
   *     first version begins with; none when the state is at the version
   */
  StateFeed(Source source, StateAttempt attempt, List<Feed> children) {
    this.source = source;
    this.attempt = attempt;
    this.children = List.copyOf(children);
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (reached == null) {
      Step step = change(wake);
      return step == Step.DONE ? Step.MORE : step;
    }
    if (output == null) {
      output = attempt.records();
    }
    if (source.loop().push(output, RECORDS_A_STEP, source.head())) {
      return Step.MORE;
    }
    attempt.close();
    return Step.DONE;
  }

  /** Changes the state, which waits for its children as a user's iterator could not. */
  @Override
  public Step prepareToBlock(Runnable wake) throws Exception {
    return change(wake);
  }

  /** One step towards the version; DONE when the state is there. */
  private Step change(Runnable wake) throws Exception {
    if (reached != null) {
      return Step.DONE;
    }
    switch (attempt.need()) {
      case HOLD -> {
        if (!attempt.hold(wake)) {
          return Step.WAIT;
        }
      }
      case WORK -> attempt.work();
      case INPUT -> {
        return read(children.get(0), wake);
      }
      case INITIAL -> {
        return read(children.get(1), wake);
      }
      case NOTHING -> {
        reached = attempt.version();
        return Step.DONE;
      }
    }
    return Step.MORE;
  }

  private Step read(Feed child, Runnable wake) throws Exception {
    source.inlet().use(attempt);
    Step step;
    try {
      step = child.push(wake);
    } finally {
      source.inlet().use(null);
    }
    attempt.pageEnded();
    if (step != Step.DONE) {
      return step;
    }
    // Another input may flow through the same child before this one is closed.
    child.close();
    attempt.ended();
    return Step.MORE;
  }

  /** The version at which the state is here; empty when it was not brought to it. */
  Optional<StateVersion> reached() {
    return Optional.ofNullable(reached);
  }

  @Override
  public long recordCount() {
    return children.stream().mapToLong(Feed::recordCount).sum();
  }

  @Override
  public void close() {
    children.forEach(Feed::close);
    attempt.close();
    output = null;
  }
}
