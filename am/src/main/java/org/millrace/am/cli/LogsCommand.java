package org.millrace.am.cli;

import org.millrace.am.submit.Cluster;
import picocli.CommandLine.Command;

/** {@code millrace logs}: the logs of driver and executors. */
@Command(
    name = "logs",
    description = "Print the logs of all containers of an application.",
    mixinStandardHelpOptions = true)
public final class LogsCommand extends ApplicationCommand {
  @Override
  int call(Cluster cluster) {
    return cluster.printLogs(id()) ? MillraceCommandLine.EXIT_OK : MillraceCommandLine.EXIT_FAILED;
  }
}
