package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

  private final Path home = Path.of("..", "dist", "target", "home").toAbsolutePath().normalize();
  private final Lab lab;
  private final Path outputs;

  Installation(Lab lab, Path outputs) {
    this.lab = lab;
    this.outputs = outputs;
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
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.add("-Dlog4j.configuration=file:" + home.resolve("conf/log4j.properties"));
    command.add("-Dorg.millrace.home=" + home);
    command.addAll(List.of("-cp", classPath(), "org.millrace.am.cli.adapter.Main"));
    command.addAll(Arrays.asList(arguments));
    Path output = Files.createTempFile(outputs, "millrace-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("HADOOP_CONF_DIR", lab.configurationDirectory().toString());
    Process process = builder.start();
    try {
      assertThat(process.waitFor(COMMAND_TIMEOUT_SECONDS, TimeUnit.SECONDS))
          .as("millrace %s ends: %s", String.join(" ", arguments), Files.readString(output))
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
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
