package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search for errors on sample logs: it can fail a test. */
class LabLogsTest {
  private static final String INFO =
      "2026-11-21 10:33:11,712 INFO  [main] NameNode: all is well, no ERROR at all\n";
  private static final String WARNING_WITH_TRACE =
      "2026-11-21 10:33:11,713 WARN  [main] Client: connection lost\n"
          + "java.io.IOException: gone\n"
          + "\tat org.example.A.a(A.java:1)\n"
          + "Caused by: java.io.EOFException\n"
          + "\tat org.example.B.b(B.java:2)\n";
  private static final String ERROR =
      "2026-11-21 10:33:11,714 ERROR [work-1] Store: cannot write\n"
          + "java.io.IOException: No space left on device\n"
          + "\tat org.example.A.a(A.java:1)\n";

  @TempDir private Path folder;

  private Path write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static List<LoggedError> scan(String text) {
    return LogScanner.scan("nn", Path.of("nn.log"), text, 0);
  }

  @Test
  void quietLogsHoldNoErrorAlsoWithTracesOfWhatWasHandled() {
    assertThat(scan(INFO + WARNING_WITH_TRACE + INFO)).isEmpty();
  }

  @Test
  void anErrorIsGivenWithItsProcessPlaceAndTrace() {
    List<LoggedError> errors = scan(INFO + ERROR + INFO);

    assertThat(errors).hasSize(1);
    assertThat(errors.get(0).line()).isEqualTo(2);
    assertThat(errors.get(0).lines()).hasSize(3);
    assertThat(errors.get(0).toString())
        .startsWith("nn in nn.log, line 2:")
        .contains("cannot write")
        .contains("No space left on device")
        .doesNotContain("all is well");
  }

  @Test
  void fatalLinesAndUncaughtExceptionsAreErrors() {
    assertThat(scan(INFO.replace("INFO ", "FATAL"))).hasSize(1);
    assertThat(
            scan(INFO + "Exception in thread \"main\" java.lang.Error: x\n\tat a.B.c(B.java:1)\n"))
        .hasSize(1)
        .allSatisfy(error -> assertThat(error.lines().get(0)).contains("Error: x"));
    assertThat(scan("Terminating due to java.lang.OutOfMemoryError: Java heap space\n")).hasSize(1);
    assertThat(scan("#\n# A fatal error has been detected by the Java Runtime Environment:\n"))
        .hasSize(1);
  }

  @Test
  void aTraceOutsideOfLogLinesIsAnError() {
    assertThat(
            scan(
                "hello\njava.lang.IllegalStateException: lost\n\tat a.B.c(B.java:1)\n\tat a.B.d\n"))
        .singleElement()
        .satisfies(error -> assertThat(error.text()).contains("nn: java.lang.IllegalState"));
  }

  @Test
  void allProcessesAreLookedThroughAndEachErrorIsToldOnce() throws IOException {
    LabLogs logs = new LabLogs(folder);
    write("nn.log", INFO + ERROR);
    write("dn1.out", "Exception in thread \"x\" java.lang.Error\n");
    write("containers/nm1/application_1_1/container_1_1_01_000001/driver.log", INFO + ERROR);
    write("containers/nm1/application_1_1/container_1_1_01_000001/launch_container.sh", ERROR);
    write("containers/nm2/application_1_1/container_1_1_01_000002/stderr", ERROR);

    assertThat(logs.unexpected())
        .extracting(LoggedError::process)
        .containsExactlyInAnyOrder(
            "nn", "dn1", "container_1_1_01_000001", "container_1_1_01_000002");
    assertThat(logs.unexpected()).isEmpty();

    write("nn.log", ERROR.substring(0, 20));
    assertThat(logs.unexpected()).isEmpty();
    write("nn.log", ERROR.substring(20));
    assertThat(logs.unexpected())
        .singleElement()
        .satisfies(error -> assertThat(error.line()).isEqualTo(5));
  }

  @Test
  void whatATestAnnouncesIsExpectedToTheEndOfTheNextClass() throws IOException {
    LabLogs logs = new LabLogs(folder);
    logs.expect("^nn: .*Store: cannot write.*No space left");
    write("nn.log", ERROR);
    write("rm.log", ERROR);
    assertThat(logs.unexpected()).extracting(LoggedError::process).containsExactly("rm");

    logs.ageExpectations();
    write("nn.log", ERROR);
    assertThat(logs.unexpected()).isEmpty();

    logs.ageExpectations();
    write("nn.log", ERROR);
    assertThat(logs.unexpected()).hasSize(1);
  }

  @Test
  void whatHadoopLogsInNormalOperationIsLeftOut() throws IOException {
    LabLogs logs = new LabLogs(folder);
    String usual =
        "2026-11-21 10:28:12,681 ERROR [RM Event dispatcher] RMAppAttemptImpl: App attempt:"
            + " appattempt_1_0001_000001 can't handle this event at current state\n"
            + "org.apache.hadoop.yarn.state.InvalidStateTransitionException: Invalid event:"
            + " ATTEMPT_UPDATE_SAVED at RUNNING\n";
    write("rm.log", usual);
    assertThat(logs.unexpected()).isEmpty();
    write("rm.log", usual.replace("at RUNNING", "at FAILED"));
    assertThat(logs.unexpected()).hasSize(1);
  }
}
