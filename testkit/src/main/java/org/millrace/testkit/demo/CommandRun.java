package org.millrace.testkit.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Runs {@code bin/millrace} as a user would, against the lab. */
public final class CommandRun {
  private static final String COMMAND_PROPERTY = "org.millrace.command";
  private static final String COMMAND_VARIABLE = "MILLRACE_COMMAND";

  private final Path command;
  private final Path configurationDirectory;
  private final Consumer<String> out;

  /** The commands find the cluster in this HADOOP_CONF_DIR. */
  public CommandRun(Path configurationDirectory, Consumer<String> out) {
    String text = System.getProperty(COMMAND_PROPERTY, System.getenv(COMMAND_VARIABLE));
    if (text == null) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          "it is not known where bin/millrace is; start this with bin/millrace");
    }
    this.command = Path.of(text);
    this.configurationDirectory = configurationDirectory;
    this.out = out;
  }

  /**
   * Shows the command, runs it and passes on each line of its output.
   *
   * @throws MillraceException when it fails or takes longer than that
   */
  public void run(long timeoutMs, Consumer<String> output, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(command.toString());
    words.addAll(arguments);
    out.accept("$ bin/millrace " + String.join(" ", arguments));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("HADOOP_CONF_DIR", configurationDirectory.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    Thread reader = new Thread(() -> read(process, output), "millrace-command");
    reader.setDaemon(true);
    reader.start();
    try {
      if (!process.waitFor(timeoutMs, TimeUnit.MILLISECONDS)) {
        throw new MillraceException(
            ErrorCode.TIMED_OUT,
            "'millrace %s' did not end in %d s".formatted(arguments.get(0), timeoutMs / 1000));
      }
      reader.join(timeoutMs);
    } finally {
      process.destroy();
    }
    if (process.exitValue() != 0) {
      throw new MillraceException(
          ErrorCode.CLUSTER_UNAVAILABLE,
          "'millrace %s' failed with exit code %d, its lines are above"
              .formatted(arguments.get(0), process.exitValue()));
    }
  }

  private void read(Process process, Consumer<String> output) {
    try (var lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.accept(line);
      }
    } catch (IOException e) {
      out.accept("the output of the command cannot be read: " + e.getMessage());
    }
  }
}
