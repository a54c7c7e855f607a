package org.millrace.am.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.am.FailureLine;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class MillraceCommandLineTest {
  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();

  @Test
  void runsTheNamedCommandAndReturnsItsExitCode() {
    assertThat(run(new Fails(null), "fails", "--level", "7")).isEqualTo(7);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void leavesWhatFollowsTheFirstParameterToTheProgram() {
    Runs command = new Runs();
    assertThat(run(command, "runs", "--level", "3", "app.jar", "--level", "x", "--other"))
        .isEqualTo(3);
    assertThat(command.parameters).containsExactly("app.jar", "--level", "x", "--other");
  }

  @Test
  void tellsAFailureInOneLineAndReturnsOne() {
    int code =
        run(
            new Fails(
                new MillraceException(
                    ErrorCode.CLUSTER_UNAVAILABLE,
                    "The ResourceManager at rm:8032 does not answer",
                    new java.net.ConnectException("Connection refused"))),
            "fails");
    assertThat(code).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            "millrace: The ResourceManager at rm:8032 does not answer: ConnectException:"
                + " Connection refused");
  }

  @Test
  void returnsTwoForAWrongConfiguration() {
    assertThat(
            run(
                new Fails(new MillraceException(ErrorCode.UNKNOWN_CONFIGURATION_KEY, "x")),
                "fails"))
        .isEqualTo(2);
  }

  @Test
  void returnsTwoAndASuggestionForAnUnknownOption() {
    assertThat(run(new Fails(null), "fails", "--levl", "7")).isEqualTo(2);
    assertThat(err.toString())
        .contains("millrace: Unknown option")
        .contains("--levl")
        .contains("Did you mean: --level")
        .contains("See 'millrace fails --help'.")
        .doesNotContain("\tat ");
  }

  @Test
  void returnsTwoForAnUnknownOrMissingCommand() {
    assertThat(run(new Fails(null), "fial")).isEqualTo(2);
    assertThat(run(new Fails(null))).isEqualTo(2);
    assertThat(err.toString()).contains("fial").contains("no command given");
  }

  @Test
  void showsTheStackOnlyWhenAsked() {
    assertThat(run(new Fails(new IllegalStateException("broken")), "fails")).isEqualTo(1);
    assertThat(err.toString())
        .contains("millrace: IllegalStateException: broken")
        .doesNotContain("\tat ");
    assertThat(run(new Fails(new IllegalStateException("broken")), "fails", "--verbose"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("\tat ");
  }

  @Test
  void dropsRepeatedMessagesAndEmbeddedStacks() {
    assertThat(
            FailureLine.of(
                new MillraceException(
                    ErrorCode.INTERNAL,
                    "a\nb\n\tat somewhere",
                    new RuntimeException("a\nb", new java.io.IOException()))))
        .isEqualTo("a b: IOException");
  }

  private int run(CliCommand command, String... arguments) {
    return MillraceCommandLine.of(List.of(command))
        .writingTo(new PrintWriter(out), new PrintWriter(err))
        .execute(arguments);
  }

  @Command(name = "runs")
  private static final class Runs implements CliCommand {
    @Option(names = "--level")
    private int level;

    @Parameters private List<String> parameters;

    @Override
    public boolean endsWithProgram() {
      return true;
    }

    @Override
    public Integer call() {
      return level;
    }
  }

  @Command(name = "fails", mixinStandardHelpOptions = true)
  private static final class Fails implements CliCommand {
    private final RuntimeException failure;

    @Option(names = "--level")
    private int level;

    Fails(RuntimeException failure) {
      this.failure = failure;
    }

    @Override
    public Integer call() {
      if (failure != null) {
        throw failure;
      }
      return level;
    }
  }
}
