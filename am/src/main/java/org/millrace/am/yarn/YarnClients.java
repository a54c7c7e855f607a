package org.millrace.am.yarn;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.client.api.async.AMRMClientAsync;
import org.apache.hadoop.yarn.client.api.async.NMClientAsync;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.FatalHandler;

/**
 * Hadoop's clients of ResourceManager and NodeManagers for one application master. Thread-safe.
 *
 * <p>Registered before the user's program starts. When the ResourceManager orders this master away,
 * or talks to it no more, the process is halted and nothing is told: another attempt may run, whose
 * application this one would end.
 */
final class YarnClients implements ContainerBroker {
  private static final int OFTEN_MS = 100;
  private static final int SELDOM_MS = 1000;

  private static final Priority PRIORITY = Priority.newInstance(0);

  private final AMRMClientAsync<ContainerRequest> resourceManager;
  private final NMClientAsync nodeManagers;
  private final Map<String, Container> containers = new ConcurrentHashMap<>();
  private final Map<String, String> kept = new ConcurrentHashMap<>();
  private final FatalHandler halt;

  /** Volatile: set on the driver loop, read on YARN's threads. */
  private volatile ContainerEvents events;

  /** Volatile: set on the driver loop, read on the heartbeat thread. */
  private volatile float progress;

  /** Volatile: set when a driver starts, read on the driver loop. */
  private volatile ExecutorLaunch executorLaunch;

  /**
   * Makes the clients and starts their threads; nothing is registered yet.
   *
   * @param beforeDriver hears of containers before a driver listens
   * @param halt ends the process at once, without its shutdown hooks
   */
  YarnClients(Configuration configuration, ContainerEvents beforeDriver, FatalHandler halt) {
    this.halt = Objects.requireNonNull(halt, "halt");
    events = Objects.requireNonNull(beforeDriver, "beforeDriver");
    resourceManager =
        AMRMClientAsync.createAMRMClientAsync(OFTEN_MS, new ResourceManagerCallbacks(this));
    resourceManager.init(configuration);
    nodeManagers = NMClientAsync.createNMClientAsync(new NodeManagerCallbacks(this));
    nodeManagers.init(configuration);
    resourceManager.start();
    nodeManagers.start();
  }

  /** Registers the application master; blocks until the ResourceManager has answered. */
  void register(String host, String trackingUrl) {
    try {
      List<Container> before =
          resourceManager
              .registerApplicationMaster(host, -1, trackingUrl)
              .getContainersFromPreviousAttempts();
      kept.putAll(hosts(before));
    } catch (YarnException | IOException e) {
      throw new MillraceException(
          ErrorCode.CLUSTER_UNAVAILABLE,
          "The application master on " + host + " could not register with the ResourceManager",
          e);
    }
  }

  /** Shows another tracking URL from the next heartbeat on. */
  void trackingUrl(String url) {
    resourceManager.updateTrackingUrl(url);
  }

  /** Tells YARN the end of the application, then ends the clients' threads; blocks. */
  void unregister(FinalApplicationStatus status, String diagnostics, String trackingUrl) {
    try {
      resourceManager.unregisterApplicationMaster(status, diagnostics, trackingUrl);
    } catch (YarnException | IOException e) {
      throw new MillraceException(
          ErrorCode.CLUSTER_UNAVAILABLE,
          "The end of the application could not be reported to the ResourceManager",
          e);
    } finally {
      nodeManagers.stop();
      resourceManager.stop();
    }
  }

  /** Which containers are asked for and how the process in one is started. */
  void launchWith(ExecutorLaunch launch) {
    executorLaunch = Objects.requireNonNull(launch, "launch");
  }

  @Override
  public void listen(ContainerEvents newEvents) {
    events = Objects.requireNonNull(newEvents, "events");
  }

  @Override
  public Map<String, String> takeKept() {
    Map<String, String> taken = Map.copyOf(kept);
    kept.keySet().removeAll(taken.keySet());
    return taken;
  }

  @Override
  public void ask() {
    resourceManager.addContainerRequest(request());
  }

  @Override
  public void withdraw() {
    for (var requests : resourceManager.getMatchingRequests(PRIORITY, "*", executorLaunch.size())) {
      if (!requests.isEmpty()) {
        resourceManager.removeContainerRequest(requests.iterator().next());
        return;
      }
    }
  }

  @Override
  public void talkOften() {
    resourceManager.setHeartbeatInterval(OFTEN_MS);
  }

  @Override
  public void talkSeldom() {
    resourceManager.setHeartbeatInterval(SELDOM_MS);
  }

  @Override
  public void launch(String name) {
    Container container = containers.get(name);
    nodeManagers.startContainerAsync(container, executorLaunch.context(name));
  }

  @Override
  public void release(String name) {
    Container container = containers.remove(name);
    if (container == null) {
      return;
    }
    resourceManager.releaseAssignedContainer(container.getId());
  }

  @Override
  public void progress(float newProgress) {
    progress = newProgress;
  }

  float progress() {
    return progress;
  }

  ContainerEvents events() {
    return events;
  }

  void onAllocated(List<Container> allocated) {
    for (Container container : allocated) {
      String name = container.getId().toString();
      containers.put(name, container);
      events.onAllocated(name, container.getNodeId().getHost());
    }
  }

  void onKept(List<Container> before) {
    kept.putAll(hosts(before));
    events.onKept();
  }

  private Map<String, String> hosts(List<Container> before) {
    Map<String, String> hosts = new HashMap<>();
    for (Container container : before) {
      containers.put(container.getId().toString(), container);
      hosts.put(container.getId().toString(), container.getNodeId().getHost());
    }
    return hosts;
  }

  /** Nothing that this master still does counts. */
  void onReplaced(MillraceException why) {
    halt.onFatal("application master", why);
  }

  void onEnded(String name, ContainerEnd end) {
    containers.remove(name);
    kept.remove(name);
    events.onCompleted(name, end);
  }

  private ContainerRequest request() {
    return ContainerRequest.newBuilder()
        .capability(executorLaunch.size())
        .priority(PRIORITY)
        .nodeLabelsExpression(executorLaunch.nodeLabel().orElse(null))
        .build();
  }
}
