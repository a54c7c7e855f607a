package org.millrace.am.batch;

import java.util.List;
import org.millrace.am.schedule.ExecutorPool;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.LoggedBlocks;

/** A cluster where no job can run. */
final class NoExecutors implements ExecutorPool {
  @Override
  public List<LiveExecutor> live() {
    return List.of();
  }

  @Override
  public void send(int executorId, Envelope.Builder message) {
    throw new AssertionError("there is no executor " + executorId);
  }

  @Override
  public List<Integer> holders(long streamId, long from, long until) {
    return List.of();
  }

  @Override
  public List<LoggedBlocks> logged(long streamId, long from, long until) {
    return List.of();
  }

  @Override
  public boolean isSettled(long streamId, long from, long until) {
    return true;
  }
}
