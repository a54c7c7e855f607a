package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.millrace.benchmarks.scale.DriverScale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace bench driver-scale}: what a batch costs the driver as the cluster grows. */
@Command(
    name = "driver-scale",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Run the real driver against simulated executors, in virtual time, up to a size of the"
            + " cluster; print what a batch costs.")
final class BenchDriverScaleCommand implements Callable<Integer> {
  @Option(
      names = "--executors",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Executors of the largest case; by default ${DEFAULT-VALUE}.")
  private int executors;

  @Option(
      names = "--cores",
      defaultValue = "8",
      paramLabel = "N",
      description = "Cores of each executor; by default ${DEFAULT-VALUE}.")
  private int cores;

  @Option(
      names = "--hours",
      paramLabel = "H",
      description = "Run so many simulated hours of batches instead, for the driver's memory.")
  private Double hours;

  @Option(
      names = "--batches",
      defaultValue = "40",
      paramLabel = "N",
      description = "Batches that are measured in each case; by default ${DEFAULT-VALUE}.")
  private int batches;

  @Option(
      names = "--warm-up",
      defaultValue = "60",
      paramLabel = "N",
      description = "Batches before them; by default ${DEFAULT-VALUE}.")
  private int warmUp;

  @Override
  public Integer call() throws IOException, InterruptedException {
    // A process of its own: this one has a small heap and compiles for a quick start.
    List<String> main =
        new ArrayList<>(
            List.of(
                DriverScale.class.getName(),
                "--executors",
                Integer.toString(executors),
                "--cores",
                Integer.toString(cores),
                "--batches",
                Integer.toString(batches),
                "--warm-up",
                Integer.toString(warmUp)));
    if (hours != null) {
      main.addAll(List.of("--hours", hours.toString()));
    }
    List<String> command =
        ChildProcess.java(List.of("-Xms3g", "-Xmx3g", "-XX:+UseParallelGC"), main);
    try (ChildProcess child = ChildProcess.start(new ProcessBuilder(command).inheritIO())) {
      return child.process().waitFor();
    }
  }
}
