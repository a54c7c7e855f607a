package org.millrace.testkit.demo;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.millrace.am.cli.CliCommand;
import org.millrace.am.submit.ProgressLines;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.testkit.lab.UntilBrokenOff;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace demo}: shows a word count and checks it. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Count words on a real Hadoop on this machine, live, and check the counts.",
    footer = {
      "",
      "Starts HDFS and YARN as processes on loopback, submits a word count, feeds it text through a"
          + " socket and through files on HDFS, shows the counts of each batch, stops it and"
          + " compares all counts with an independent count. Exit code 1 when they differ."
    })
public final class DemoCommand implements CliCommand {
  private static final int LOCAL_SECONDS = 10;
  private static final int LAB_SECONDS = 20;
  private static final int LONGEST_SECONDS = 3_600;
  private static final int HIGHEST_RATE = 100_000;

  @Spec private CommandSpec spec;

  @Option(names = "--local", description = "In one JVM with nothing else started, in seconds.")
  private boolean local;

  @Option(
      names = "--keep",
      description = "Leave Hadoop and the application running, and say how to look at them.")
  private boolean keep;

  @Option(names = "--text", paramLabel = "FILE", description = "Feed this text (UTF-8).")
  private Path text;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long to feed; by default 20, with --local 10.")
  private Integer seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "100",
      description = "Lines a second through the socket; by default ${DEFAULT-VALUE}.")
  private int linesPerSecond;

  @Option(
      names = "--home",
      paramLabel = "DIR",
      defaultValue = "${env:MILLRACE_LAB_HOME:-${sys:user.home}/.millrace/lab}",
      description = "The folder of Hadoop (default: ~/.millrace/lab, or $MILLRACE_LAB_HOME).")
  private Path home;

  @Override
  public Integer call() throws Exception {
    int feedSeconds = seconds != null ? seconds : local ? LOCAL_SECONDS : LAB_SECONDS;
    requireBetween("--seconds", feedSeconds, LONGEST_SECONDS);
    requireBetween("--rate", linesPerSecond, HIGHEST_RATE);
    if (local && keep) {
      throw new ParameterException(
          spec.commandLine(), "--keep has nothing to keep with --local; leave one of them away");
    }
    PrintWriter writer = spec.commandLine().getOut();
    Consumer<String> out = new ProgressLines(writer, new SystemClock())::say;
    Demo.Feed feed =
        new Demo.Feed(
            text == null ? DemoText.shipped() : DemoText.of(text), feedSeconds, linesPerSecond);
    Demo demo = local ? new LocalDemo(feed, out) : new LabDemo(feed, home, keep, out);
    return UntilBrokenOff.run(spec.commandLine().getErr(), demo::run);
  }

  private void requireBetween(String option, int value, int highest) {
    if (value < 1 || value > highest) {
      throw new ParameterException(
          spec.commandLine(), option + " is " + value + "; give a number from 1 to " + highest);
    }
  }
}
