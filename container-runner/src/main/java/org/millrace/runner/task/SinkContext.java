package org.millrace.runner.task;

import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.shuffle.ShuffleStore;
import org.millrace.runner.wire.proto.SinkSpec;

/** What a sink may use while it serves a task. Immutable. */
record SinkContext(
    TaskKey task,
    String argument,
    SinkSpec spec,
    Object[] functions,
    RecordCodec codec,
    ShuffleStore shuffles,
    TaskEnvironment environment) {

  /** The function at {@code index} of the function set; null for -1. */
  Object function(int index) {
    return index < 0 ? null : functions[index];
  }

  ResultBuffer resultBuffer() {
    return new ResultBuffer(codec, environment.settings(), task);
  }
}
