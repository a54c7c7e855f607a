package org.millrace.am.schedule;

import java.util.List;
import org.millrace.runner.wire.proto.LoggedBlocks;

/** Executors to whom nobody sent blocks. */
public abstract class PoolWithoutBlocks implements ExecutorPool {
  @Override
  public final List<Integer> holders(long streamId, long from, long until) {
    return List.of();
  }

  @Override
  public final List<LoggedBlocks> logged(long streamId, long from, long until) {
    return List.of();
  }

  @Override
  public final boolean isSettled(long streamId, long from, long until) {
    return true;
  }
}
