package org.millrace.am.yarn;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.driver.ClusterResources;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executors in YARN containers. Owned by the driver loop; what YARN tells on its own threads is
 * posted there.
 *
 * <p>A container is asked for, then allocated, then launched, then ended. Each number that is
 * wanted and not yet running has one ask, so an ended container is only replaced when the driver
 * asks again. Executors that end soon after their launch, one after the other, are a fault of the
 * application or of the cluster and not bad luck: after a bound of them the application fails.
 */
public final class YarnClusterResources implements ClusterResources {
  private static final Logger LOG = LoggerFactory.getLogger(YarnClusterResources.class);

  private static final long EARLY_END_NANOS = 20_000_000_000L;
  private static final int LEAST_EARLY_ENDS = 4;

  private final Loop loop;
  private final Clock clock;
  private final ContainerBroker broker;
  private final CompletableFuture<Void> findable;
  private final Map<String, Executor> executors = new HashMap<>();

  private Listener listener;
  private int wanted;
  private int asked;
  private int earlyEnds;

  /** Volatile: set on the loop, looked at on YARN's threads as well. */
  private volatile boolean closed;

  YarnClusterResources(
      Loop loop, Clock clock, ContainerBroker broker, CompletableFuture<Void> findable) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.clock = Objects.requireNonNull(clock, "clock");
    this.broker = Objects.requireNonNull(broker, "broker");
    this.findable = Objects.requireNonNull(findable, "findable");
  }

  @Override
  public CompletableFuture<Void> findable() {
    return findable;
  }

  @Override
  public void start(Listener newListener) {
    listener = Objects.requireNonNull(newListener, "listener");
    broker.listen(new OnLoop());
    onKept();
  }

  private void onKept() {
    Map<String, String> hosts = broker.takeKept();
    if (!hosts.isEmpty()) {
      long launchedNanos = clock.nanoTime() - EARLY_END_NANOS - 1;
      hosts.forEach(
          (container, host) -> executors.put(container, new Executor(host, launchedNanos)));
      listener.onExecutorsKept(hosts.keySet());
      balance();
    }
  }

  @Override
  public void requestExecutors(int total) {
    if (total < 0) {
      throw new IllegalArgumentException("total is " + total + ", expected 0 or more");
    }
    wanted = total;
    balance();
  }

  @Override
  public void releaseExecutor(String container) {
    if (executors.remove(container) != null) {
      LOG.info("Giving back container {}", container);
      broker.release(container);
    }
  }

  @Override
  public void reportProgress(float progress, String diagnostics) {
    broker.progress(progress);
  }

  @Override
  public void close() {
    closed = true;
    wanted = 0;
    balance();
    executors.keySet().forEach(broker::release);
    executors.clear();
  }

  private void balance() {
    int missing = wanted - executors.size() - asked;
    if (missing > 0) {
      broker.talkOften();
    }
    for (; missing > 0; missing--) {
      asked++;
      broker.ask();
    }
    for (; missing < 0 && asked > 0; missing++) {
      asked--;
      broker.withdraw();
    }
    if (asked == 0) {
      broker.talkSeldom();
    }
  }

  private void onAllocated(String container, String host) {
    if (asked == 0) {
      LOG.info("Giving back container {} on {}: nobody asks for it any more", container, host);
      broker.release(container);
      return;
    }
    asked--;
    broker.withdraw();
    LOG.info("Launching an executor in container {} on {}", container, host);
    executors.put(container, new Executor(host, clock.nanoTime()));
    broker.launch(container);
    balance();
  }

  private void onLaunched(String container) {
    Executor executor = executors.get(container);
    if (executor != null) {
      listener.onExecutorLaunched(container, executor.host);
    }
  }

  private void onLaunchFailed(String container, String reason) {
    Executor executor = executors.remove(container);
    if (executor != null) {
      broker.release(container);
      onEarlyEnd(executor, "could not be launched: " + reason);
      listener.onExecutorLost(container, "could not be launched: " + reason);
    }
  }

  private void onCompleted(String container, ContainerEnd end) {
    Executor executor = executors.remove(container);
    if (executor == null) {
      return;
    }
    LOG.info("Container {} on {} ended: {}", container, executor.host, end.reason());
    if (clock.nanoTime() - executor.launchedNanos > EARLY_END_NANOS) {
      earlyEnds = 0;
    } else if (end.isOwnFailure()) {
      onEarlyEnd(executor, end.reason());
    }
    listener.onExecutorLost(container, end.reason());
  }

  private void onEarlyEnd(Executor executor, String reason) {
    earlyEnds++;
    int bound = Math.max(LEAST_EARLY_ENDS, 2 * wanted);
    if (earlyEnds == bound) {
      listener.onFailure(
          new MillraceException(
              ErrorCode.NOT_ENOUGH_RESOURCES,
              "%d executors in a row ended right after their launch, the last one on %s: %s. The"
                      .formatted(earlyEnds, executor.host, reason)
                  + " logs of the application say more (millrace logs ID)"));
    }
  }

  /** A container that was allocated to this application and has not ended. */
  private record Executor(String host, long launchedNanos) {}

  /** Carries YARN's calls over to the loop. */
  private final class OnLoop implements ContainerBroker.ContainerEvents {
    @Override
    public void onAllocated(String container, String host) {
      post(() -> YarnClusterResources.this.onAllocated(container, host));
    }

    @Override
    public void onKept() {
      post(YarnClusterResources.this::onKept);
    }

    @Override
    public void onLaunched(String container) {
      post(() -> YarnClusterResources.this.onLaunched(container));
    }

    @Override
    public void onLaunchFailed(String container, String reason) {
      post(() -> YarnClusterResources.this.onLaunchFailed(container, reason));
    }

    @Override
    public void onCompleted(String container, ContainerEnd end) {
      post(() -> YarnClusterResources.this.onCompleted(container, end));
    }

    @Override
    public void onTokens(byte[] sealed) {
      post(() -> listener.onTokens(sealed));
    }

    private void post(Runnable event) {
      if (closed) {
        return; // The loop may have ended.
      }
      loop.execute(
          () -> {
            if (!closed) {
              event.run();
            }
          });
    }
  }
}
