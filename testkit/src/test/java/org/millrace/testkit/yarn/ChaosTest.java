package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.am.cli.MillraceCommandLine;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabCommand;
import org.millrace.testkit.lab.LabProcess;
import org.millrace.testkit.lab.ProgressListener;

/** {@code millrace lab chaos} on a lab that runs: a minute of kills and a changed program. */
@Tag("chaos")
class ChaosTest {
  @TempDir private Path temporary;

  @Test
  void nothingIsLostDoubledOrWrongAndTheLabIsWholeAfterwards() throws Exception {
    try (Lab lab = Lab.builder(temporary.resolve("lab")).start(ProgressListener.silent())) {
      Installation millrace = new Installation(lab, temporary);
      System.setProperty("org.millrace.command", millrace.script().toString());
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int code;
      try {
        code =
            MillraceCommandLine.of(List.of(new LabCommand()))
                .writingTo(new PrintWriter(out, true), new PrintWriter(err, true))
                .execute(
                    "lab",
                    "chaos",
                    "--home",
                    lab.home().toString(),
                    "--minutes",
                    System.getProperty("org.millrace.chaos.minutes", "1"),
                    "--seed",
                    System.getProperty("org.millrace.chaos.seed", "1"),
                    "--faults",
                    "kill-driver,kill-executor,kill-datanode,upgrade");
      } finally {
        System.clearProperty("org.millrace.command");
      }
      assertThat(code).as("%s%n%s", out, err).isZero();
      assertThat(out.toString()).contains("lost 0 duplicated 0 wrong-state 0");
      assertThat(lab.processes())
          .allSatisfy(process -> assertThat(process.state()).isEqualTo(LabProcess.State.RUNNING));
      assertThat(lab.containers()).isEmpty();
    }
  }
}
