package org.millrace.am.batch;

import java.util.List;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.am.schedule.PoolWithoutBlocks;
import org.millrace.runner.wire.proto.Envelope;

/** A cluster where no job can run. */
final class NoExecutors extends PoolWithoutBlocks {
  @Override
  public List<LiveExecutor> live() {
    return List.of();
  }

  @Override
  public void send(int executorId, Envelope.Builder message) {
    throw new AssertionError("there is no executor " + executorId);
  }
}
