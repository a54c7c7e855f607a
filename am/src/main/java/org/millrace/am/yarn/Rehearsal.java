package org.millrace.am.yarn;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.conf.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the master's steps without a cluster, so that the classes they need are loaded. */
public final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  private Rehearsal() {}

  /** Runs with a configuration that names a ResourceManager nobody answers for. */
  public static void run(Configuration configuration) {
    ContainerResource archive =
        ContainerResource.parse("ARCHIVE|APPLICATION|1|1|hdfs://localhost/conf.zip|conf");
    LaunchPlan plan =
        new LaunchPlan(
            "Main", List.of(), List.of(), List.of(), Map.of(), Map.of(), "/", List.of(archive));
    Credentials credentials = new Credentials();
    credentials.addSecretKey(new Text(ContainerLayout.SECRET), new byte[32]);
    YarnClients clients =
        new YarnClients(
            configuration,
            new Deaf(),
            (where, failure) -> LOG.info("As expected, nobody answers", failure));
    try {
      MasterCredentials master = MasterCredentials.of(credentials);
      ExecutorLaunch launch =
          new ExecutorLaunch(
              Settings.resolve(), plan, archive, "h:1", 1, Map.of(), master::executorTokens);
      clients.launchWith(launch);
      clients.register("localhost", "");
    } catch (MillraceException | IOException refused) {
      LOG.info("As expected, nobody answers", refused);
    }
    try {
      clients.unregister(FinalApplicationStatus.SUCCEEDED, "", "");
    } catch (MillraceException refused) {
      LOG.info("As expected, nobody answers", refused);
    }
  }

  /** Hears nothing, as nothing is said. */
  private static final class Deaf implements ContainerBroker.ContainerEvents {
    @Override
    public void onAllocated(String container, String host) {
      throw new IllegalStateException(container);
    }

    @Override
    public void onLaunched(String container) {
      throw new IllegalStateException(container);
    }

    @Override
    public void onLaunchFailed(String container, String reason) {
      throw new IllegalStateException(container);
    }

    @Override
    public void onCompleted(String container, ContainerEnd end) {
      throw new IllegalStateException(container);
    }

    @Override
    public void onKept() {
      throw new IllegalStateException("nothing was kept");
    }
  }
}
