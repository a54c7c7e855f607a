package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace bench report}: a page with tables and charts from the figures of runs. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Write tables and charts of files that bench wrote into a page.")
final class BenchReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "What --out wrote.")
  private List<Path> files;

  @Option(
      names = "--page",
      defaultValue = "docs/benchmarks.md",
      description =
          "The page; what stands outside of its marks stays. Charts go beside it, into"
              + " benchmarks/. By default ${DEFAULT-VALUE}.")
  private Path page;

  @Override
  public Integer call() throws IOException {
    List<BenchFile> read = new ArrayList<>();
    for (Path file : files) {
      read.add(BenchFile.read(file));
    }
    BenchPage.write(page, read);
    spec.commandLine().getOut().println("Wrote " + page);
    return 0;
  }
}
