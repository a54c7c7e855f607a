package org.millrace.am.driver;

import java.util.Objects;
import org.millrace.am.plan.Shipping;
import org.millrace.am.schedule.JobRunner;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.hadoop.HadoopFormats;
import org.millrace.runner.wire.Transport;

/**
 * The ports and names a driver works with; what differs between {@code local[n]}, YARN and the
 * simulator. Immutable.
 */
public record DriverEnvironment(
    Ports ports, Identity identity, Settings settings, ClusterFactory cluster) {
  public DriverEnvironment {
    Objects.requireNonNull(ports, "ports");
    Objects.requireNonNull(identity, "identity");
    Objects.requireNonNull(settings, "settings");
    Objects.requireNonNull(cluster, "cluster");
  }

  /** Time, threads, files and the network. */
  public record Ports(
      Clock clock,
      Loop loop,
      BlockingWork work,
      Transport transport,
      DurableFiles files,
      FatalHandler fatal,
      JobRunner.Waiting waiting,
      Shipping shipping,
      JobRunner.ResultDecoder decoder,
      HadoopFormats formats) {}

  /**
   * Who this driver is.
   *
   * @param listenHost where it listens for executors
   * @param eventLogDirectory where its event log goes
   */
  public record Identity(
      String applicationId,
      String user,
      String master,
      int attempt,
      String listenHost,
      String eventLogDirectory) {}

  /** Makes the adapter of the cluster manager once the driver listens. */
  @FunctionalInterface
  public interface ClusterFactory {
    ClusterResources create(Loop driverLoop, long epoch, int driverPort);
  }
}
