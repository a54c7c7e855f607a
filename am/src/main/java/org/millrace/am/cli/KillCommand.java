package org.millrace.am.cli;

import org.millrace.am.submit.ApplicationStatus;
import org.millrace.am.submit.Cluster;
import org.millrace.am.submit.ProgressLines;
import picocli.CommandLine.Command;

/** {@code millrace kill}: ends all processes of an application at once. */
@Command(
    name = "kill",
    description = "End all processes of an application at once.",
    mixinStandardHelpOptions = true)
public final class KillCommand extends ApplicationCommand {
  private static final long TIMEOUT_MS = 60_000;

  @Override
  int call(Cluster cluster) {
    ProgressLines progress = progress();
    ApplicationStatus before = cluster.status(id());
    if (before.isOver()) {
      progress.say(id() + " is over already: " + before.outcome());
      return MillraceCommandLine.EXIT_OK;
    }
    cluster.kill(id());
    watch(cluster, progress).untilOver(TIMEOUT_MS);
    return MillraceCommandLine.EXIT_OK;
  }
}
