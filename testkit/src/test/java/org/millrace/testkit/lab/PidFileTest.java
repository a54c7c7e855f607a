package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {
  @TempDir private Path temporary;
  private Process child;
  private OsProcess process;

  @BeforeEach
  void startAProcess() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sleep", "300");
    builder.environment().put("LAB_TEST_MARK", temporary.toString());
    child = builder.start();
    process = OsProcess.find(child.pid()).orElseThrow();
  }

  @AfterEach
  void endTheProcess() throws InterruptedException {
    child.destroyForcibly();
    assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void findsTheProcessAgain() throws IOException {
    PidFile file = new PidFile(temporary.resolve("nn.pid"));

    file.write(process);

    assertThat(file.read()).contains(process);
    assertThat(file.read().orElseThrow().alive()).isTrue();
  }

  @Test
  void aLaterProcessWithTheSameIdIsAnotherOne() throws IOException {
    PidFile file = new PidFile(temporary.resolve("nn.pid"));

    file.write(new OsProcess(process.pid(), process.startToken() - 1));

    assertThat(file.read().orElseThrow().state()).isEqualTo(OsProcess.State.DEAD);
  }

  @Test
  void anAbsentOrTornFileRemembersNothing() throws IOException {
    PidFile file = new PidFile(temporary.resolve("nn.pid"));
    assertThat(file.read()).isEmpty();

    Files.writeString(file.file(), "12");

    assertThat(file.read()).isEmpty();
  }

  @Test
  void seesAProcessPausedAndGoingOnAndDead() {
    process.signal("STOP");
    assertThat(process.awaitState(OsProcess.State.PAUSED, Duration.ofSeconds(10))).isTrue();

    process.signal("CONT");
    assertThat(process.awaitState(OsProcess.State.RUNNING, Duration.ofSeconds(10))).isTrue();

    process.killHard();
    assertThat(process.awaitState(OsProcess.State.DEAD, Duration.ofSeconds(10))).isTrue();
    assertThat(OsProcess.find(child.pid())).isEmpty();
  }

  @Test
  void findsProcessesByTheMarkInTheirEnvironment() {
    Map<String, String> mark = Map.of("LAB_TEST_MARK", temporary.toString());

    // The system shows an environment a moment after the program has begun.
    List<OsProcess> marked =
        LabClients.eventually(
            "a process with the mark",
            Duration.ofSeconds(10),
            () -> Optional.of(OsProcess.withEnvironment(mark)).filter(found -> !found.isEmpty()));

    assertThat(marked).containsExactly(process);
    assertThat(OsProcess.withEnvironment(Map.of("LAB_TEST_MARK", "elsewhere"))).isEmpty();
  }
}
