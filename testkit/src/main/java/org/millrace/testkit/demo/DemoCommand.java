package org.millrace.testkit.demo;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.millrace.am.cli.CliCommand;
import org.millrace.am.cli.MillraceCommandLine;
import org.millrace.am.submit.ProgressLines;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.testkit.lab.LabException;
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
  private static final long END_TIMEOUT_MS = 60_000;

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

  private Thread runner;

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
    return run(local ? new LocalDemo(feed, out) : new LabDemo(feed, home, keep, out));
  }

  /** Runs it so that a signal to this process ends what the demo started before the process. */
  private int run(Demo demo) throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    AtomicBoolean abandoned = new AtomicBoolean();
    Thread onExit = new Thread(() -> abandon(abandoned, ended), "demo-abandoned");
    runner = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(onExit);
    try {
      return demo.run();
    } catch (Exception e) {
      if (abandoned.get()) {
        // What fails because the user broke off is no news.
        return MillraceCommandLine.EXIT_FAILED;
      }
      if (e instanceof LabException) {
        spec.commandLine().getErr().println("millrace: " + e.getMessage());
        return MillraceCommandLine.EXIT_FAILED;
      }
      throw e;
    } finally {
      ended.countDown();
      if (!abandoned.get()) {
        Runtime.getRuntime().removeShutdownHook(onExit);
      }
    }
  }

  private void abandon(AtomicBoolean abandoned, CountDownLatch ended) {
    abandoned.set(true);
    PrintWriter err = spec.commandLine().getErr();
    err.println();
    err.println("Broken off; ending what was started ...");
    err.flush();
    runner.interrupt();
    try {
      if (!ended.await(END_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        err.println("That takes too long; look with 'bin/millrace lab status'.");
        err.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void requireBetween(String option, int value, int highest) {
    if (value < 1 || value > highest) {
      throw new ParameterException(
          spec.commandLine(), option + " is " + value + "; give a number from 1 to " + highest);
    }
  }
}
