package org.millrace.benchmarks.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.millrace.benchmarks.workload.Scenario;

/** A bar for each engine as SVG: the median of the deciding figure, the spread as a line. */
final class BarChart {
  private static final int WIDTH = 640;
  private static final int LABELS = 90;
  private static final int NUMBERS = 170;
  private static final int BAR = 20;
  private static final int GAP = 8;
  private static final int HEAD = 28;

  private BarChart() {}

  /** Empty when no engine has a figure. */
  static String of(String row, BenchTable table) {
    Scenario scenario = Row.parse(row).scenario();
    List<String> engines = new ArrayList<>();
    List<BenchTable.Spread> spreads = new ArrayList<>();
    for (String engine : table.engines(row)) {
      List<BenchRun> good = table.good(row, engine);
      if (!good.isEmpty()) {
        engines.add(engine);
        spreads.add(BenchTable.Spread.of(good, run -> run.figure(scenario.decidingFigure())));
      }
    }
    double most = spreads.stream().mapToDouble(BenchTable.Spread::most).max().orElse(0);
    if (!(most > 0)) {
      return "";
    }
    int height = HEAD + engines.size() * (BAR + GAP) + GAP;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n"
                + "<text x=\"8\" y=\"18\" font-weight=\"bold\">%s: %s (%s is better)</text>%n",
            WIDTH,
            height,
            row,
            scenario.decidingFigure().replace('-', ' '),
            scenario.isLessBetter() ? "less" : "more"));
    double scale = (WIDTH - LABELS - NUMBERS) / most;
    for (int i = 0; i < engines.size(); i++) {
      BenchTable.Spread spread = spreads.get(i);
      int y = HEAD + i * (BAR + GAP);
      String color = engines.get(i).equals("millrace") ? "#2f6f9f" : "#b8c4cc";
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"8\" y=\"%d\">%s</text>%n"
                  + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n"
                  + "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#333333\"/>%n"
                  + "<text x=\"%.1f\" y=\"%d\">%s</text>%n",
              y + 14,
              engines.get(i),
              LABELS,
              y,
              spread.median() * scale,
              BAR,
              color,
              LABELS + spread.least() * scale,
              y + BAR / 2,
              LABELS + spread.most() * scale,
              y + BAR / 2,
              LABELS + spread.most() * scale + 6,
              y + 14,
              BenchTable.number(spread.median())));
    }
    return svg.append("</svg>").append(System.lineSeparator()).toString();
  }
}
