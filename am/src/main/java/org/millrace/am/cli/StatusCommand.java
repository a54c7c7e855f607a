package org.millrace.am.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import org.millrace.am.submit.ApplicationStatus;
import org.millrace.am.submit.Cluster;
import picocli.CommandLine.Command;

/** {@code millrace status}: what YARN knows about an application. */
@Command(
    name = "status",
    description = "Show what YARN knows about an application.",
    mixinStandardHelpOptions = true)
public final class StatusCommand extends ApplicationCommand {
  @Override
  int call(Cluster cluster) {
    ApplicationStatus status = cluster.status(id());
    PrintWriter out = out();
    line(out, "application", status.id());
    line(out, "name", status.name());
    line(out, "user", status.user());
    line(out, "queue", status.queue());
    line(out, "state", status.isOver() ? status.state() + ", " + status.outcome() : status.state());
    line(out, "progress", String.format(Locale.ROOT, "%.0f%%", status.progress() * 100));
    line(out, "started", Instant.ofEpochMilli(status.startedMs()).toString());
    if (status.finishedMs() > 0) {
      line(out, "finished", Instant.ofEpochMilli(status.finishedMs()).toString());
    }
    line(out, "driver on", status.host());
    line(out, "tracking URL", status.trackingUrl());
    line(out, "diagnostics", status.reason());
    return MillraceCommandLine.EXIT_OK;
  }

  private static void line(PrintWriter out, String name, String value) {
    if (!value.isEmpty()) {
      out.println(String.format(Locale.ROOT, "%-13s %s", name, value));
    }
  }
}
