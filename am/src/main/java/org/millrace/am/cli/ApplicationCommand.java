package org.millrace.am.cli;

import java.io.PrintWriter;
import org.millrace.am.submit.Cluster;
import org.millrace.am.submit.ProgressLines;
import org.millrace.am.submit.Watch;
import org.millrace.am.submit.adapter.ThreadPause;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command about one application. */
abstract class ApplicationCommand implements CliCommand {
  private final SystemClock clock = new SystemClock();

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "The application's id, such as application_1700000000000_0001.")
  private String id;

  @Override
  public final Integer call() {
    try (Cluster cluster = Cluster.connect()) {
      return call(cluster);
    }
  }

  abstract int call(Cluster cluster);

  final String id() {
    return id;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final ProgressLines progress() {
    return new ProgressLines(out(), clock);
  }

  final Watch watch(Cluster cluster, ProgressLines progress) {
    return new Watch(cluster, id, clock, new ThreadPause(), progress);
  }
}
