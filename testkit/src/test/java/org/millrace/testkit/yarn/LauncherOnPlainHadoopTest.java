package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabExtension;

/** The small jars under {@code yarn jar}, on the class path of Hadoop's own servers. */
@Tag("lab")
@ExtendWith(LabExtension.class)
class LauncherOnPlainHadoopTest {
  private static final long TIMEOUT_SECONDS = 240;

  @TempDir private Path directory;

  @Test
  void holdsNoClassOfHadoop(Lab lab) throws Exception {
    Path home = new Installation(lab, directory).examples().getParent();
    for (String jar : List.of("millrace.jar", "millrace-examples.jar")) {
      try (ZipFile zip = new ZipFile(home.resolve(jar).toFile())) {
        assertThat(zip.stream().map(ZipEntry::getName).filter(name -> name.endsWith(".class")))
            .isNotEmpty()
            .allMatch(
                name ->
                    name.startsWith("org/millrace/launcher/")
                        || name.startsWith("org/millrace/examples/"));
      }
    }
  }

  @Test
  void findsTheFrameworkOnTheClusterAndTellsHowTheApplicationEnded(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, directory);
    Installation.Result first =
        millrace.run(
            "submit",
            "--detach",
            "--class",
            "org.millrace.examples.QueueStream",
            "--driver-memory",
            "512m",
            millrace.examples().toString());
    lab.expectError(Lab.MASTER_KILLED);
    millrace.run("kill", first.application());
    Path alone =
        Files.copy(millrace.examples(), directory.resolve(millrace.examples().getFileName()));

    lab.expectError("ApplicationMaster: The program failed.*0 arguments for an example");
    Installation.Result result =
        yarnJar(lab, alone, "hdfs-word-count", "-D", "millrace.driver.memory=512m", "-Dmy.key=1");

    assertThat(result.output())
        .contains("Getting the framework from hdfs://")
        .contains("framework in place (cached)")
        .contains("FAILED: 0 arguments for an example that takes 1");
    assertThat(result.exitCode()).isEqualTo(1);

    Installation.Result usage = yarnJar(lab, alone, "no-such-example");
    assertThat(usage.output()).contains("There is no example 'no-such-example'");
    assertThat(usage.exitCode()).isEqualTo(2);
  }

  private Installation.Result yarnJar(Lab lab, Path jar, String... arguments) throws Exception {
    String servers =
        Files.readString(Path.of("servers", "target", "lab.classpath"))
            .strip()
            .replaceAll("\\R", File.pathSeparator);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m", "-Duser.home=" + directory));
    command.add("-cp");
    command.add(lab.configurationDirectory() + File.pathSeparator + servers);
    command.addAll(List.of("org.apache.hadoop.util.RunJar", jar.toString()));
    command.addAll(Arrays.asList(arguments));
    Path output = Files.createTempFile(directory, "yarn-jar-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(List.of("MILLRACE_HOME", "HADOOP_CONF_DIR"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
          .as("yarn jar %s ends: %s", String.join(" ", arguments), Files.readString(output))
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Installation.Result(process.exitValue(), Files.readString(output));
  }
}
