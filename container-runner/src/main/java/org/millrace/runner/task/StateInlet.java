package org.millrace.runner.task;

import org.millrace.runner.state.StateAttempt;
import org.millrace.runner.wire.proto.StateSpec;

/**
 * The end of the pipes whose records change a state. Owned by the slot loop of its pipe.
 *
 * @see StateFeed
 */
final class StateInlet implements RecordConsumer {
  private final StateSpec spec;
  private final Object[] functions;

  /** Takes what the child gives that is read now. */
  private StateAttempt attempt;

  StateInlet(StateSpec spec, Object[] functions) {
    this.spec = spec;
    this.functions = functions;
  }

  StateSpec spec() {
    return spec;
  }

  Object[] functions() {
    return functions;
  }

  /**
   * @param taker null when no child is read
   */
  void use(StateAttempt taker) {
    attempt = taker;
  }

  @Override
  public void accept(Object record) throws Exception {
    attempt.accept(record);
  }
}
