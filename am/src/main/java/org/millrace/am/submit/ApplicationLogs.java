package org.millrace.am.submit;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.ContainerReport;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.logaggregation.ContainerLogsRequest;
import org.apache.hadoop.yarn.logaggregation.LogCLIHelpers;

/** Prints what the containers of an application have logged. Not thread-safe. */
final class ApplicationLogs {
  private static final int TIMEOUT_MS = 10_000;
  private static final List<String> FILES =
      List.of("driver.log", "executor.log", "stdout", "stderr");

  private final Configuration configuration;
  private final YarnClient yarn;
  private final PrintStream out;

  ApplicationLogs(Configuration configuration, YarnClient yarn, PrintStream out) {
    this.configuration = configuration;
    this.yarn = yarn;
    this.out = out;
  }

  /** Prints the logs that were gathered after the end; returns whether there were any. */
  boolean printAggregated(ApplicationReport report) throws IOException {
    LogCLIHelpers logs = new LogCLIHelpers();
    logs.setConf(configuration);
    ContainerLogsRequest request = new ContainerLogsRequest();
    request.setAppId(report.getApplicationId());
    request.setAppOwner(report.getUser());
    request.setAppFinished(true);
    request.setBytes(Long.MAX_VALUE);
    return logs.dumpAllContainersLogs(request) == 0;
  }

  /** Prints what lies on the nodes of the containers that run; returns whether there were any. */
  boolean printOfRunning(ApplicationReport report) throws YarnException, IOException {
    List<ContainerReport> containers = yarn.getContainers(report.getCurrentApplicationAttemptId());
    for (ContainerReport container : containers) {
      for (String file : FILES) {
        URI address =
            URI.create(
                "%s/ws/v1/node/containers/%s/logs/%s"
                    .formatted(container.getNodeHttpAddress(), container.getContainerId(), file));
        print(container.getContainerId() + " " + file, address);
      }
    }
    return !containers.isEmpty();
  }

  private void print(String title, URI address) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MS);
    connection.setReadTimeout(TIMEOUT_MS);
    if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
      return;
    }
    try (InputStream in = connection.getInputStream()) {
      out.println("==== " + title + " ====");
      in.transferTo(out);
      out.println();
    }
  }
}
