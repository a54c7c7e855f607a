package org.millrace.am.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.am.submit.Submission;
import picocli.CommandLine;

class SubmitCommandTest {
  @TempDir Path home;

  @Test
  void takesJarsFilesAndArchivesFromTheirKeys() {
    Submission submission =
        submission(
            "--conf",
            "millrace.jars=a.jar, b.jar",
            "--conf",
            "millrace.files=words.txt#words",
            "--conf",
            "millrace.archives=model.zip");

    assertThat(submission.jars()).containsExactly("a.jar", "b.jar");
    assertThat(submission.files()).containsExactly("words.txt#words");
    assertThat(submission.archives()).containsExactly("model.zip");
  }

  @Test
  void anOptionWinsOverItsKey() {
    Submission submission = submission("--conf", "millrace.jars=a.jar", "--jars", "b.jar,c.jar");

    assertThat(submission.jars()).containsExactly("b.jar", "c.jar");
    assertThat(submission.files()).isEmpty();
  }

  private Submission submission(String... options) {
    List<String> line = new ArrayList<>(List.of("--class", "org.example.Program"));
    line.addAll(List.of(options));
    line.add("program.jar");
    SubmitCommand command = new SubmitCommand();
    new CommandLine(command).parseArgs(line.toArray(String[]::new));
    return command.submission(new Installation(home, home));
  }
}
