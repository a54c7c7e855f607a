package org.millrace.testkit.chaos;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.millrace.am.submit.ProgressLines;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.testkit.lab.LabCommand;
import org.millrace.testkit.lab.UntilBrokenOff;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lab chaos}: breaks processes under an application and counts what it lost. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Breaks processes under a running application, and counts what it lost.",
    footer = {
      "",
      "Starts the lab if none runs, and an application on it: two sources that number their records"
          + " and send again what was not acknowledged, state for each key, windows, and outputs"
          + " that appear batch by batch. Then it kills and freezes the driver, executors and"
          + " Hadoop's servers, several at once now and then, and replaces the program by a changed"
          + " one; servers that it killed it starts again. The seed decides what is hit, in which"
          + " order and for how long.",
      "",
      "At the end a checker reads the outputs, and nothing else: each number once, the state of"
          + " each key behind each record, each window. Exit code 0 only when nothing is lost,"
          + " doubled or wrong. Otherwise logs and data stay, and the last lines say where.",
      "",
      "A gap is the longest time in which no new batch appeared in the outputs, while a fault"
          + " lasted and until the next one; without faults it is the batch interval, 1 s.",
      "",
      "Faults: kill- and pause- of driver, executor, nodemanager, datanode, resourcemanager,"
          + " namenode, as in kill-driver; upgrade; and cut-node with --network namespaces."
    })
public final class ChaosCommand implements Callable<Integer> {
  private static final double LONGEST_MINUTES = 24 * 60;
  private static final int HIGHEST_RATE = 100_000;
  private static final String NAMESPACES = "namespaces";
  private static final int MS_PER_MINUTE = 60_000;

  @Spec private CommandSpec spec;
  @ParentCommand private LabCommand lab;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long to break things; by default ${DEFAULT-VALUE}.")
  private double minutes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Draws the faults; by default another one each time, which is printed.")
  private Long seed;

  @Option(
      names = "--faults",
      split = ",",
      paramLabel = "FAULT",
      description = "Only these kinds, separated by commas; by default all.")
  private List<String> faults = List.of();

  @Option(
      names = "--network",
      paramLabel = "KIND",
      defaultValue = "loopback",
      description =
          "loopback, the default; or namespaces: each node of the lab has a network of its own, and"
              + " cut-node is a fault, too (Linux, needs root and iproute2).")
  private String network;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "500",
      description = "Records a second of each of the two sources; by default ${DEFAULT-VALUE}.")
  private int linesPerSecond;

  @Override
  public Integer call() throws Exception {
    if (!(minutes > 0 && minutes <= LONGEST_MINUTES)) {
      throw refuse("--minutes is " + minutes + "; give more than 0 and at most 1440");
    }
    if (linesPerSecond < 1 || linesPerSecond > HIGHEST_RATE) {
      throw refuse("--rate is " + linesPerSecond + "; give 1 to " + HIGHEST_RATE);
    }
    boolean namespaces = network.equals(NAMESPACES);
    if (!namespaces && !network.equals("loopback")) {
      throw refuse("--network is " + network + "; give loopback or namespaces");
    }
    PrintWriter writer = spec.commandLine().getOut();
    Consumer<String> out = new ProgressLines(writer, new SystemClock())::say;
    ChaosSettings settings =
        new ChaosSettings(
            lab.home(),
            namespaces,
            Duration.ofMillis((long) (minutes * MS_PER_MINUTE)),
            seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed,
            kinds(namespaces),
            linesPerSecond);
    return UntilBrokenOff.run(spec.commandLine().getErr(), new ChaosOnLab(settings, out)::run);
  }

  private Set<FaultKind> kinds(boolean namespaces) {
    if (faults.isEmpty()) {
      return namespaces
          ? EnumSet.allOf(FaultKind.class)
          : EnumSet.complementOf(EnumSet.of(FaultKind.CUT_NODE));
    }
    EnumSet<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
    for (String fault : faults) {
      try {
        kinds.add(FaultKind.of(fault.strip()));
      } catch (IllegalArgumentException e) {
        throw refuse("--faults: " + e.getMessage());
      }
    }
    if (kinds.contains(FaultKind.CUT_NODE) && !namespaces) {
      throw refuse("cut-node needs --network namespaces");
    }
    return kinds;
  }

  private ParameterException refuse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
