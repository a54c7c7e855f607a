package org.millrace.am.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.millrace.am.submit.ApplicationStatus;
import org.millrace.am.submit.Cluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace list}: the applications of this framework. */
@Command(
    name = "list",
    description = "List the applications on YARN.",
    mixinStandardHelpOptions = true)
public final class ListCommand implements CliCommand {
  private static final String FORMAT = "%-32s %-24s %-12s %-12s %-10s %s";

  @Spec private CommandSpec spec;

  @Option(names = "--all", description = "Those that have ended as well.")
  private boolean all;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (Cluster cluster = Cluster.connect()) {
      List<ApplicationStatus> applications = cluster.applications(all);
      if (applications.isEmpty()) {
        out.println(all ? "No application." : "No application runs; --all shows those that ended.");
        return MillraceCommandLine.EXIT_OK;
      }
      out.println(
          String.format(
              Locale.ROOT, FORMAT, "APPLICATION", "NAME", "USER", "QUEUE", "STATE", "PAGE"));
      for (ApplicationStatus status : applications) {
        out.println(
            String.format(
                Locale.ROOT,
                FORMAT,
                status.id(),
                status.name(),
                status.user(),
                status.queue(),
                status.isOver() ? status.outcome() : status.state(),
                status.trackingUrl()));
      }
    }
    return MillraceCommandLine.EXIT_OK;
  }
}
