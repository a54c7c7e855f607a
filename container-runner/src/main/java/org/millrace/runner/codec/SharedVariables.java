package org.millrace.runner.codec;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.BroadcastValues;

/** What functions captured of the driver's broadcasts and accumulators. */
final class SharedVariables {
  private SharedVariables() {}

  /** Notes broadcasts, and writes accumulators as tasks begin with them: at zero. */
  static final class Output extends ObjectOutputStream {
    private final TreeSet<Long> broadcasts = new TreeSet<>();
    private boolean accumulates;

    Output(OutputStream output) throws IOException {
      super(output);
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object written) {
      if (written instanceof Broadcast<?> broadcast) {
        broadcasts.add(broadcast.id());
      } else if (written instanceof AccumulatorV2<?, ?> accumulator) {
        if (!accumulator.isRegistered()) {
          throw new MillraceException(
              ErrorCode.ILLEGAL_USE,
              "a function adds to a "
                  + accumulator.getClass().getName()
                  + " that no context knows; call BatchContext.register first");
        }
        accumulates = true;
        return accumulator.forTasks();
      }
      return written;
    }

    List<Long> broadcasts() {
      return List.copyOf(broadcasts);
    }

    boolean accumulates() {
      return accumulates;
    }
  }

  /** Binds broadcasts to this process, and notes accumulators. */
  static final class Bound implements UnaryOperator<Object> {
    private final BroadcastValues values;
    private final List<AccumulatorV2<?, ?>> accumulators = new ArrayList<>();

    Bound(BroadcastValues values) {
      this.values = values;
    }

    @Override
    public Object apply(Object read) {
      if (read instanceof Broadcast<?> broadcast) {
        return broadcast.in(values);
      } else if (read instanceof AccumulatorV2<?, ?> accumulator) {
        accumulators.add(accumulator);
      }
      return read;
    }

    List<AccumulatorV2<?, ?>> accumulators() {
      return accumulators;
    }
  }
}
