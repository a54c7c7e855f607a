package org.millrace.testkit.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.am.submit.ApplicationStatus;
import org.millrace.am.submit.Cluster;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.testkit.lab.Lab;

/** The word count as an application of the lab. Owned by the demo's thread. */
final class LabApplication {
  private static final Pattern ID = Pattern.compile("application_\\d+_\\d+");
  private static final long SUBMIT_TIMEOUT_MS = 240_000;
  private static final long STOP_TIMEOUT_MS = 150_000;

  private final Lab lab;
  private final Cluster cluster;
  private final String mainClass;
  private final Consumer<String> out;
  private final CommandRun commands;
  private volatile String id;

  LabApplication(Lab lab, Cluster cluster, String mainClass, Consumer<String> out) {
    this.lab = lab;
    this.cluster = cluster;
    this.mainClass = mainClass;
    this.out = out;
    this.commands = new CommandRun(lab.configurationDirectory(), out);
  }

  /** Runs {@code millrace submit}, which returns when the driver runs. */
  void submit(Path jar, List<String> arguments) throws IOException, InterruptedException {
    out.accept("$ export HADOOP_CONF_DIR=" + lab.configurationDirectory());
    List<String> command = new ArrayList<>();
    command.addAll(List.of("submit", "--class", mainClass, "--num-executors", "2", jar.toString()));
    command.addAll(arguments);
    commands.run(SUBMIT_TIMEOUT_MS, this::onSubmitLine, command);
    if (id == null) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "'millrace submit' named no application, its lines are above");
    }
  }

  private void onSubmitLine(String line) {
    Matcher matcher = ID.matcher(line);
    if (matcher.find()) {
      id = matcher.group();
    }
    out.accept("  " + line);
  }

  String id() {
    return id;
  }

  /** The driver's page, through the ResourceManager's proxy. */
  String page() {
    return lab.webAddress("rm") + "proxy/" + id + "/";
  }

  /** HDFS's page of the folder that holds this one. */
  String browser(String directory) {
    String path = URI.create(directory).getPath();
    return lab.webAddress("nn") + "explorer.html#" + path.substring(0, path.lastIndexOf('/'));
  }

  /** Where the containers of all nodes log. */
  Path containerLogs() {
    return lab.logs().resolve("containers");
  }

  /** Fails when the application has ended. */
  void requireRunning() {
    ApplicationStatus status = cluster.status(id);
    if (status.isOver()) {
      throw new MillraceException(
          ErrorCode.CLUSTER_UNAVAILABLE,
          id + " has ended by itself, " + status.outcome() + ": " + status.diagnostics());
    }
  }

  /** Runs {@code millrace stop}, which returns when the application has ended. */
  void stop() throws IOException, InterruptedException {
    commands.run(STOP_TIMEOUT_MS, line -> out.accept("  " + line), List.of("stop", id));
  }

  /** Ends it in any case. */
  void kill() {
    if (id != null && !cluster.status(id).isOver()) {
      cluster.kill(id);
      out.accept("killed " + id);
    }
  }
}
