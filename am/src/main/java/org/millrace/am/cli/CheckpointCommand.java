package org.millrace.am.cli;

import java.io.PrintWriter;
import org.millrace.am.inspect.CheckpointInspection;
import org.millrace.am.inspect.adapter.OpenCheckpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace checkpoint}: shows and checks what a checkpoint directory holds. */
@Command(
    name = "checkpoint",
    description = "Show or check what a checkpoint directory holds.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "  ls       logs, snapshots and state with their sizes and ages",
      "  inspect  what an application that starts on the directory now would find: batches, last"
          + " commit, what is to be run and published, operators with their uids",
      "  verify   reads every record of every file; names the file and the offset of what is"
          + " damaged, and exits with 1 if anything is",
      "",
      "The directory is only read; the application may be running.",
      "",
      "Example: millrace checkpoint inspect hdfs:///user/me/wordcount-checkpoint"
    })
public final class CheckpointCommand implements CliCommand {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "ls|inspect|verify", description = "What to do.")
  private Action action;

  @Parameters(
      index = "1",
      paramLabel = "DIR",
      description = "Path or URI that the program gives to checkpoint or getOrCreate.")
  private String directory;

  /** What is done with a checkpoint; named as on the command line. */
  enum Action {
    ls,
    inspect,
    verify
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (OpenCheckpoint checkpoint = new OpenCheckpoint(directory)) {
      CheckpointInspection inspection = checkpoint.inspection();
      return switch (action) {
        case ls -> {
          inspection.list(out);
          yield MillraceCommandLine.EXIT_OK;
        }
        case inspect -> {
          inspection.describe(out);
          yield MillraceCommandLine.EXIT_OK;
        }
        case verify ->
            inspection.verify(out) ? MillraceCommandLine.EXIT_OK : MillraceCommandLine.EXIT_FAILED;
      };
    }
  }
}
