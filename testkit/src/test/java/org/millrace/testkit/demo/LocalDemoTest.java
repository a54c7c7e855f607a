package org.millrace.testkit.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.am.cli.MillraceCommandLine;

class LocalDemoTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return MillraceCommandLine.of(List.of(new DemoCommand()))
        .writingTo(new PrintWriter(out, true), new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void localDemoCountsWhatItFed() {
    PrintStream before = System.out;

    int code = run("demo", "--local", "--seconds", "3");

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString())
        .containsPattern("words fed ([1-9]\\d+), words counted \\1: equal")
        .containsPattern("batch \\d\\d:\\d\\d:\\d\\d  \\(\\S+,\\d+\\) ")
        .contains("first counts ");
    assertThat(System.out).isSameAs(before);
  }

  @Test
  void localDemoCountsTextOfTheUser(@TempDir Path folder) throws Exception {
    Path text =
        Files.writeString(folder.resolve("text"), "so (it, goes)\n\n  so,1 \t it goes é ü\n");

    int code =
        run("demo", "--local", "--seconds", "2", "--rate", "1000", "--text", text.toString());

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString())
        .containsPattern("words fed ([1-9]\\d+), words counted \\1: equal")
        .contains("((it,,");
  }

  @Test
  void textThatIsNotThereIsOneLineAndUsage(@TempDir Path folder) {
    int code = run("demo", "--local", "--text", folder.resolve("absent").toString());

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("cannot read the text").hasLineCount(1);
  }

  @Test
  void nothingCanBeKeptOfLocal() {
    assertThat(run("demo", "--local", "--keep")).isEqualTo(2);
    assertThat(err.toString()).contains("--keep");
  }
}
