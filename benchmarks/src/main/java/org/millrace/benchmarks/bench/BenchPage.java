package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.millrace.benchmarks.workload.Scenario;

/**
 * The figures of files as a page: a table and a chart for each row, all ratios. What stands in the
 * page outside of the two marks stays as it is.
 */
final class BenchPage {
  /** Between these everything is written by the tool. */
  static final String BEGIN = "<!-- bench report: begin -->";

  static final String END = "<!-- bench report: end -->";

  private static final String FRAME = "# Benchmarks\n\n" + BEGIN + "\n" + END + "\n";

  private BenchPage() {}

  /** Writes the page, and charts into a folder {@code benchmarks} beside it. */
  static void write(Path page, List<BenchFile> files) throws IOException {
    String old = Files.exists(page) ? Files.readString(page) : FRAME;
    int begin = old.indexOf(BEGIN);
    int end = old.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          page + " has no lines '" + BEGIN + "' and '" + END + "' to write between");
    }
    Path charts = page.toAbsolutePath().resolveSibling("benchmarks");
    Files.createDirectories(charts);
    StringBuilder text = new StringBuilder();
    List<BenchRun> runs = new ArrayList<>();
    for (BenchFile file : files) {
      conditions(text, file);
      runs.addAll(file.runs());
    }
    BenchTable table = new BenchTable(runs);
    failures(text, table);
    aims(text, table);
    ratios(text, table);
    for (String row : table.rows()) {
      Scenario scenario = Row.parse(row).scenario();
      text.append("## ").append(row).append("\n");
      text.append(capital(scenario.description())).append(". ");
      text.append(settings(runs, row)).append("\n\n");
      text.append(markdown(BenchTable.titles(scenario)));
      text.append("|").append("---|".repeat(BenchTable.titles(scenario).size())).append("\n");
      table.lines(row).forEach(line -> text.append(markdown(line.cells())));
      String svg = BarChart.of(row, table);
      if (!svg.isEmpty()) {
        String name = row.replaceAll("[^a-z0-9-]", "-") + ".svg";
        Files.writeString(charts.resolve(name), svg);
        text.append("\n![").append(row).append("](benchmarks/").append(name).append(")\n");
      }
      text.append("\n");
    }
    Files.writeString(
        page, old.substring(0, begin + BEGIN.length()) + "\n" + text + old.substring(end));
  }

  private static void conditions(StringBuilder text, BenchFile file) {
    text.append("- Command: `").append(file.command()).append("`\n");
    text.append("- Commit ").append(file.commit()).append(", ").append(file.date()).append("\n");
    text.append("- Machine: ").append(file.machine()).append("\n");
    text.append("- JVM: ").append(file.java()).append("; heap and collector with each row\n");
    double[] others =
        file.runs().stream()
            .filter(run -> run.report() != null)
            .mapToDouble(BenchRun::othersCores)
            .sorted()
            .toArray();
    if (others.length > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "- %d runs; others used meanwhile %.2f cores in the median run, %.2f in the worst;"
                  + " %d noisy%n",
              others.length,
              others[others.length / 2],
              others[others.length - 1],
              file.runs().stream().filter(BenchRun::isNoisy).count()));
    }
    text.append("\n");
  }

  private static void failures(StringBuilder text, BenchTable table) {
    for (BenchRun run : table.failures()) {
      text.append("- FAILED: ").append(run.row()).append(", ").append(run.engine()).append(": ");
      text.append(BenchTable.reason(run.problem())).append("\n");
    }
    text.append(table.failures().isEmpty() ? "" : "\n");
  }

  private static void aims(StringBuilder text, BenchTable table) {
    text.append(
        "## Aims\nRecords per CPU second of Millrace over those of the engine that is named,");
    text.append(" unless said. Medians.\n\n");
    text.append("| row | what | aim | reached | met |\n|---|---|---|---|---|\n");
    for (Aims.Line line : Aims.lines(table)) {
      text.append(
          markdown(List.of(line.row(), line.what(), line.aim(), line.reached(), line.met())));
    }
    text.append("\n");
  }

  private static void ratios(StringBuilder text, BenchTable table) {
    text.append("## Ratios\nMillrace over the other engine, records per CPU second; for times and");
    text.append(" memory the other over Millrace. More than 1 is better.\n\n");
    text.append("| row | ratios |\n|---|---|\n");
    for (Map.Entry<String, Map<String, Double>> row : table.ratios().entrySet()) {
      List<String> values = new ArrayList<>();
      row.getValue()
          .forEach(
              (engine, value) -> values.add(String.format(Locale.ROOT, "%s %.2f", engine, value)));
      text.append(markdown(List.of(row.getKey(), String.join(", ", values))));
    }
    text.append("\n");
  }

  private static String settings(List<BenchRun> runs, String row) {
    BenchRun run = runs.stream().filter(one -> one.row().equals(row)).findFirst().orElseThrow();
    return "Interval "
        + run.intervalMs()
        + " ms, cores "
        + run.cores()
        + measured(runs, row)
        + ", flags `"
        + String.join(" ", run.flags())
        + "`.";
  }

  private static String measured(List<BenchRun> runs, String row) {
    return runs.stream()
        .filter(one -> one.row().equals(row) && one.report() != null)
        .findFirst()
        .map(
            one ->
                String.format(
                    Locale.ROOT, ", measured %.1f s", one.report().get("wallNanos").asLong() / 1e9))
        .orElse("");
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String markdown(List<String> cells) {
    StringBuilder line = new StringBuilder("|");
    cells.forEach(cell -> line.append(' ').append(cell.replace("|", "\\|")).append(" |"));
    return line.append("\n").toString();
  }
}
