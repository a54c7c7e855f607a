package org.millrace.runner.executor;

import java.util.Objects;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.Transport;

/**
 * The ports of an executor process. Immutable.
 *
 * @param controlLoop owns the process and its rooms
 * @param transport of this process; closed with it
 * @param fatalHandler hears of faults in what other executors send
 */
public record ExecutorEnvironment(
    Clock clock, Loop controlLoop, Transport transport, FatalHandler fatalHandler) {
  public ExecutorEnvironment {
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(controlLoop, "controlLoop");
    Objects.requireNonNull(transport, "transport");
    Objects.requireNonNull(fatalHandler, "fatalHandler");
  }
}
