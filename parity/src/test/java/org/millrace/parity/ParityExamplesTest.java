package org.millrace.parity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The examples that a user of Spark Streaming starts from, written for Spark and migrated by {@code
 * millrace migrate} alone: each is compiled for both and counts what a socket sends. The fourth,
 * which recovers, is in {@link ParityRestartTest}.
 */
class ParityExamplesTest {
  private static final Path PROGRAMS = Path.of("src/examples").toAbsolutePath();
  private static final long TIMEOUT_SECONDS = 120;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NetworkWordCount | (mill,2) | (race,1)",
        "StatefulNetworkWordCount | (mill,12) | (race,21)",
        "CustomReceiver | (mill,2) | (race,1)"
      })
  void aMigratedExampleCountsWhatASocketSends(String example, String mill, String race)
      throws Exception {
    SparkAndMillrace.compiled("examples-spark", PROGRAMS, SparkAndMillrace.sparkClassPath());
    Path classes = SparkAndMillrace.compiledHere("examples", PROGRAMS);
    Path log = folder.resolve("log");
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS));
      Process program =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx512m",
                  "-Dmillrace.master=local[2]",
                  "-cp",
                  classes + File.pathSeparator + System.getProperty("java.class.path"),
                  "org.example.examples." + example,
                  InetAddress.getLoopbackAddress().getHostAddress(),
                  Integer.toString(server.getLocalPort()),
                  folder.resolve("checkpoint").toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try (Socket lines = server.accept()) {
        OutputStream out = lines.getOutputStream();
        out.write("mill race mill\n".getBytes(UTF_8));
        out.flush();
        await(program, log, List.of("-------------------------------------------", mill, race));
      } finally {
        program.destroyForcibly().waitFor();
      }
    }
  }

  private static void await(Process program, Path log, List<String> wanted) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (!wanted.stream().allMatch(Files.readString(log)::contains)) {
      if (System.nanoTime() > deadline || program.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("not all of " + wanted + " in:\n" + Files.readString(log));
      }
    }
  }
}
