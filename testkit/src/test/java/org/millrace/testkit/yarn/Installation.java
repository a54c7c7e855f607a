package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.millrace.testkit.lab.Lab;

/** The installation that the build made, and its command line as a process of its own. */
final class Installation {
  private static final Pattern APPLICATION = Pattern.compile("application_\\d+_\\d+");
  private static final long COMMAND_TIMEOUT_SECONDS = 180;

  /**
   * Options of a submission to a machine that may hold a process up for seconds: who is silent for
   * so long is not dead. Those that are killed are known by their connections.
   */
  static final List<String> PATIENT =
      List.of(
          "--conf",
          "millrace.executor.taskLease=40s",
          "--conf",
          "millrace.executor.heartbeatTimeout=60s");

  /**
   * The words of a patient submission that comes back at once: two executors, as small as they can
   * be.
   */
  static String[] submission(String program, Path jar, String... arguments) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "submit",
                "--detach",
                "--class",
                program,
                "--num-executors",
                "2",
                "--executor-memory",
                "512m",
                "--driver-memory",
                "512m"));
    words.addAll(PATIENT);
    words.add(jar.toString());
    words.addAll(List.of(arguments));
    return words.toArray(String[]::new);
  }

  private final Path home = Path.of("..", "dist", "target", "home").toAbsolutePath().normalize();
  private final Lab lab;
  private final Path outputs;
  private final Map<String, String> environment;
  private final List<String> options;

  Installation(Lab lab, Path outputs) {
    this(lab, outputs, Map.of(), List.of());
  }

  /** Its commands run with these variables and options of the virtual machine. */
  Installation(Lab lab, Path outputs, Map<String, String> environment, List<String> options) {
    this.lab = lab;
    this.outputs = outputs;
    this.environment = Map.copyOf(environment);
    this.options = List.copyOf(options);
    assertThat(home.resolve("lib"))
        .as("the installation; make it with: mvn -DskipTests -pl dist -am package")
        .isDirectory();
  }

  /** How a command ended. */
  record Result(int exitCode, String output) {
    String application() {
      Matcher matcher = APPLICATION.matcher(output);
      assertThat(matcher.find()).as("an application's id in: %s", output).isTrue();
      return matcher.group();
    }
  }

  Path examples() {
    return home.resolve("millrace-examples.jar");
  }

  /** Runs {@code millrace arguments...} and expects it to succeed. */
  Result run(String... arguments) throws Exception {
    Result result = tryTo(arguments);
    assertThat(result.exitCode())
        .as("millrace %s: %s", String.join(" ", arguments), result.output())
        .isZero();
    return result;
  }

  /** Runs {@code millrace arguments...} to its end. */
  Result tryTo(String... arguments) throws Exception {
    return java("org.millrace.am.cli.adapter.Main", arguments);
  }

  /** Runs {@code hdfs dfs arguments...} and expects it to succeed. */
  Result hdfs(String... arguments) throws Exception {
    Result result = java("org.apache.hadoop.fs.FsShell", arguments);
    assertThat(result.exitCode())
        .as("hdfs dfs %s: %s", String.join(" ", arguments), result.output())
        .isZero();
    return result;
  }

  /** Runs {@code yarn rmadmin arguments...} and expects it to succeed. */
  void administrate(String... arguments) throws Exception {
    Result result = java("org.apache.hadoop.yarn.client.cli.RMAdminCLI", arguments);
    assertThat(result.exitCode())
        .as("yarn rmadmin %s: %s", String.join(" ", arguments), result.output())
        .isZero();
  }

  private Result java(String mainClass, String... arguments) throws Exception {
    List<String> command = command(mainClass);
    command.addAll(Arrays.asList(arguments));
    Path output = Files.createTempFile(outputs, "millrace-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("HADOOP_CONF_DIR", lab.configurationDirectory().toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(COMMAND_TIMEOUT_SECONDS, TimeUnit.SECONDS))
          .as("%s %s ends: %s", mainClass, String.join(" ", arguments), Files.readString(output))
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }

  /** What {@code bin/millrace} is, as a script in the outputs. */
  Path script() throws IOException {
    Path script = outputs.resolve("millrace");
    String words =
        command("org.millrace.am.cli.adapter.Main").stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Files.writeString(script, "#!/bin/sh\nexec " + words + " \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  private List<String> command(String mainClass) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.add("-Dlog4j.configuration=file:" + home.resolve("conf/log4j.properties"));
    command.add("-Dorg.millrace.home=" + home);
    command.addAll(options);
    String classPath = lab.configurationDirectory() + File.pathSeparator + classPath();
    command.addAll(List.of("-cp", classPath, mainClass));
    return command;
  }

  private String classPath() throws IOException {
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      return jars.map(Path::toString)
          .filter(jar -> jar.endsWith(".jar"))
          .sorted()
          .collect(Collectors.joining(File.pathSeparator));
    }
  }
}
