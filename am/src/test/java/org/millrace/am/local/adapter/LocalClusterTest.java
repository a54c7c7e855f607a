package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.am.driver.ClusterResources;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.wire.adapter.InProcessNetwork;

class LocalClusterTest {
  private static final class Told implements ClusterResources.Listener {
    private final List<MillraceException> failures = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();

    @Override
    public void onExecutorsKept(Set<String> containers) {
      throw new AssertionError("kept " + containers);
    }

    @Override
    public void onExecutorLaunched(String container, String host) {
      assertThat(container).isEqualTo("local");
    }

    @Override
    public void onExecutorLost(String container, String reason) {
      lost.add(reason);
    }

    @Override
    public void onFailure(MillraceException failure) {
      failures.add(failure);
    }
  }

  @TempDir Path folder;
  private final Told listener = new Told();
  private final List<Throwable> fatal = new CopyOnWriteArrayList<>();

  /** Nobody would ever bring another one: the application must not wait for it. */
  @Test
  void aProgramWhoseOnlyExecutorIsLostEndsWithAnError() throws Exception {
    SimulatedTime time = SimulatedTime.inOrder();
    LocalCluster cluster =
        new LocalCluster(
            new LocalCluster.Parts(
                1,
                new InProcessNetwork(),
                time,
                (where, fault) -> fatal.add(fault),
                new FakeDurableFiles(time.blockingWork(), time),
                getClass().getClassLoader(),
                folder),
            time.loop("driver"),
            1,
            1);
    cluster.start(listener);
    cluster.requestExecutors(1);
    assertThat(listener.failures).isEmpty();

    cluster.releaseExecutor("local");
    cluster.requestExecutors(1);

    assertThat(listener.failures)
        .singleElement()
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.EXECUTOR_LOST));
    cluster.awaitEnd();
    time.runUntilIdle();
    assertThat(listener.lost).singleElement().asString().contains("given up by the driver");
    assertThat(fatal).isEmpty();
  }
}
