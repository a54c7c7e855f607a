package org.millrace.am.yarn;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.async.NMClientAsync;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What NodeManagers tell, in our words. Called on the node client's threads. */
final class NodeManagerCallbacks extends NMClientAsync.AbstractCallbackHandler {
  private static final Logger LOG = LoggerFactory.getLogger(NodeManagerCallbacks.class);

  private final YarnClients clients;

  NodeManagerCallbacks(YarnClients clients) {
    this.clients = clients;
  }

  @Override
  public void onContainerStarted(ContainerId id, Map<String, ByteBuffer> services) {
    clients.events().onLaunched(id.toString());
  }

  @Override
  public void onStartContainerError(ContainerId id, Throwable failure) {
    clients.events().onLaunchFailed(id.toString(), String.valueOf(failure.getMessage()));
  }

  @Override
  public void onStopContainerError(ContainerId id, Throwable failure) {
    // The ResourceManager has the release as well and tells the node when it is back.
    LOG.info("Container {} could not be stopped at its node: {}", id, failure.getMessage());
  }

  @Override
  public void onContainerStopped(ContainerId id) {
    // The ResourceManager reports the end.
  }

  @Override
  public void onContainerStatusReceived(ContainerId id, ContainerStatus status) {
    throw unexpected("status of", id);
  }

  @Override
  public void onGetContainerStatusError(ContainerId id, Throwable failure) {
    throw unexpected("status of", id);
  }

  @Override
  @Deprecated
  public void onContainerResourceIncreased(ContainerId id, Resource resource) {
    throw unexpected("size of", id);
  }

  @Override
  public void onContainerResourceUpdated(ContainerId id, Resource resource) {
    throw unexpected("size of", id);
  }

  @Override
  @Deprecated
  public void onIncreaseContainerResourceError(ContainerId id, Throwable failure) {
    throw unexpected("size of", id);
  }

  @Override
  public void onUpdateContainerResourceError(ContainerId id, Throwable failure) {
    throw unexpected("size of", id);
  }

  private static IllegalStateException unexpected(String what, ContainerId id) {
    return new IllegalStateException("nobody asked for the " + what + " container " + id);
  }
}
