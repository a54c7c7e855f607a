package org.millrace.am.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace migrate}: renames what a Spark Streaming program in Java imports and calls. */
@Command(
    name = "migrate",
    description =
        "Rename imports, types and calls of Java sources for Spark Streaming, in place, and list"
            + " what has to be changed by hand.",
    mixinStandardHelpOptions = true)
public final class MigrateCommand implements CliCommand {
  @Spec private CommandSpec spec;

  @Option(names = "--dry-run", description = "Only say what would be changed.")
  private boolean dryRun;

  @Parameters(
      index = "0",
      paramLabel = "DIR",
      description = "A directory with Java sources, or one file. Keep it under version control.")
  private Path directory;

  @Override
  public Integer call() {
    if (!Files.exists(directory)) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          directory + " does not exist; name a directory with Java sources");
    }
    PrintWriter out = spec.commandLine().getOut();
    int files = 0;
    int changes = 0;
    int findings = 0;
    try {
      for (Path file : sources()) {
        SourceMigration.Migrated migrated =
            new SourceMigration().migrate(Files.readString(file, StandardCharsets.UTF_8));
        for (SourceMigration.Finding finding : migrated.findings()) {
          out.println(file + ":" + finding.line() + ": " + finding.what());
        }
        if (migrated.changes() > 0) {
          files++;
          changes += migrated.changes();
          if (!dryRun) {
            Files.writeString(file, migrated.source(), StandardCharsets.UTF_8);
          }
        }
        findings += migrated.findings().size();
      }
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.STORAGE_FAILED,
          "The sources in " + directory + " cannot be read or written: " + e.getMessage(),
          e);
    }
    out.println(
        "%s %d places in %d files; %d lines to look at. Replace Spark's artifacts in the build by org.millrace:millrace-api (scope provided)."
            .formatted(dryRun ? "Would change" : "Changed", changes, files, findings));
    return MillraceCommandLine.EXIT_OK;
  }

  private List<Path> sources() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().endsWith(".java"))
          .sorted()
          .toList();
    }
  }
}
