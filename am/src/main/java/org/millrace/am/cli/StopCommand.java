package org.millrace.am.cli;

import org.millrace.am.submit.ApplicationStatus;
import org.millrace.am.submit.Cluster;
import org.millrace.am.submit.ProgressLines;
import org.millrace.api.spi.StopMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace stop}: ends an application in good order. */
@Command(
    name = "stop",
    description = "Stop an application; what was received is processed first.",
    mixinStandardHelpOptions = true)
public final class StopCommand extends ApplicationCommand {
  private static final long MS_PER_SECOND = 1000;

  @Option(names = "--now", description = "Leave what was received and not processed.")
  private boolean now;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "How long to wait for the end; by default ${DEFAULT-VALUE}.")
  private long timeoutSeconds;

  @Override
  int call(Cluster cluster) {
    ProgressLines progress = progress();
    cluster.stop(id(), now ? StopMode.NOW : StopMode.GRACEFUL);
    progress.say(now ? "asked " + id() + " to stop now" : "asked " + id() + " to drain and stop");
    ApplicationStatus status = watch(cluster, progress).untilOver(timeoutSeconds * MS_PER_SECOND);
    return status.isSucceeded() ? MillraceCommandLine.EXIT_OK : MillraceCommandLine.EXIT_FAILED;
  }
}
