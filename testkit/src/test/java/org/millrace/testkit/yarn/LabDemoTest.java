package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.am.cli.MillraceCommandLine;
import org.millrace.testkit.demo.DemoCommand;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabExtension;

/** {@code millrace demo} on a lab that runs. */
@Tag("lab")
@ExtendWith(LabExtension.class)
class LabDemoTest {
  @TempDir private Path outputs;

  @Test
  void demoCountsWhatItFedAndLeavesTheLabUp(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);
    System.setProperty("org.millrace.home", millrace.examples().getParent().toString());
    System.setProperty("org.millrace.command", millrace.script().toString());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code;
    try {
      code =
          MillraceCommandLine.of(List.of(new DemoCommand()))
              .writingTo(new PrintWriter(out, true), new PrintWriter(err, true))
              .execute("demo", "--seconds", "3", "--home", lab.home().toString());
    } finally {
      System.clearProperty("org.millrace.home");
      System.clearProperty("org.millrace.command");
    }

    assertThat(err.toString()).isEmpty();
    assertThat(code).as(out.toString()).isZero();
    assertThat(out.toString())
        .containsPattern("words fed ([1-9]\\d+), words counted \\1: equal")
        .containsPattern("batch \\d\\d:\\d\\d:\\d\\d ")
        .contains("the application's page is at")
        .contains("times: Hadoop up");
    lab.awaitHealthy(Duration.ofSeconds(60));
  }
}
