package org.millrace.runner.executor;

import java.util.Objects;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.Transport;

/**
 * The ports of an executor process. Immutable.
 *
 * @param controlLoop owns the process and its rooms
 * @param transport of this process; closed with it
 * @param drivers finds another driver when the one that is served is gone
 * @param fatalHandler hears of faults in what other executors send
 * @param tokens takes the sealed tokens that the driver sends before the old ones expire
 */
public record ExecutorEnvironment(
    Clock clock,
    Loop controlLoop,
    Transport transport,
    DriverFinder drivers,
    FatalHandler fatalHandler,
    Consumer<byte[]> tokens) {
  public ExecutorEnvironment {
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(controlLoop, "controlLoop");
    Objects.requireNonNull(transport, "transport");
    Objects.requireNonNull(drivers, "drivers");
    Objects.requireNonNull(fatalHandler, "fatalHandler");
    Objects.requireNonNull(tokens, "tokens");
  }

  /** Where no tokens are in use. */
  public ExecutorEnvironment(
      Clock clock,
      Loop controlLoop,
      Transport transport,
      DriverFinder drivers,
      FatalHandler fatalHandler) {
    this(
        clock,
        controlLoop,
        transport,
        drivers,
        fatalHandler,
        unexpected -> {
          throw new MillraceException(
              ErrorCode.PROTOCOL_VIOLATION, "tokens came to an executor that uses none");
        });
  }
}
