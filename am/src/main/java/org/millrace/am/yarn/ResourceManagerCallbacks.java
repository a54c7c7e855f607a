package org.millrace.am.yarn;

import java.util.List;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.NodeReport;
import org.apache.hadoop.yarn.api.records.UpdatedContainer;
import org.apache.hadoop.yarn.client.api.async.AMRMClientAsync;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** What the ResourceManager tells, in our words. Called on the heartbeat client's threads. */
final class ResourceManagerCallbacks extends AMRMClientAsync.AbstractCallbackHandler {
  private final YarnClients clients;

  ResourceManagerCallbacks(YarnClients clients) {
    this.clients = clients;
  }

  @Override
  public void onContainersAllocated(List<Container> containers) {
    clients.onAllocated(containers);
  }

  @Override
  public void onContainersReceivedFromPreviousAttempts(List<Container> containers) {
    clients.onKept(containers);
  }

  @Override
  public void onContainersCompleted(List<ContainerStatus> statuses) {
    for (ContainerStatus status : statuses) {
      String diagnostics = status.getDiagnostics();
      clients.onEnded(
          status.getContainerId().toString(),
          new ContainerEnd(status.getExitStatus(), diagnostics == null ? "" : diagnostics));
    }
  }

  @Override
  public void onShutdownRequest() {
    clients.onReplaced(
        new MillraceException(
            ErrorCode.FENCED, "The ResourceManager asked this attempt to shut down"));
  }

  @Override
  public void onError(Throwable failure) {
    clients.onReplaced(
        new MillraceException(
            ErrorCode.CLUSTER_UNAVAILABLE,
            "The ResourceManager refuses this application master: " + failure.getMessage(),
            failure));
  }

  @Override
  public float getProgress() {
    return clients.progress();
  }

  @Override
  public void onContainersUpdated(List<UpdatedContainer> containers) {
    // Sizes of containers are never changed here.
  }

  @Override
  public void onNodesUpdated(List<NodeReport> nodes) {
    // Liveness of executors is our own heartbeat.
  }
}
