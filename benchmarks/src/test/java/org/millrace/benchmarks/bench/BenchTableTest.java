package org.millrace.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.benchmarks.workload.Scenario;

class BenchTableTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<BenchRun> RUNS =
      List.of(
          throughput("millrace", 1, 600),
          throughput("spark", 1, 200),
          throughput("millrace", 2, 900),
          throughput("spark", 2, 300),
          throughput("millrace", 3, 800),
          problem("jet", "nothing of that kind", true),
          problem("flink", "WRONG result: digest 1, expected 2", false),
          latency("millrace", 10, 25, true),
          latency("spark", 50, 900, false),
          latency("spark", 100, 100, true));

  @Test
  void showsMedianAndSpreadOfRounds() {
    String text = new BenchTable(RUNS).text("word-count");
    assertThat(text).contains("800 [600..900]").contains("250 [200..300]");
    assertThat(text).contains("nothing of that kind").contains("WRONG result");
  }

  @Test
  void ratiosAreMoreThanOneWhereMillraceIsBetter() {
    var ratios = new BenchTable(RUNS).ratios();
    assertThat(ratios.get("word-count")).containsOnlyKeys("spark");
    assertThat(ratios.get("word-count").get("spark")).isCloseTo(3.2, within(1e-9));
    // The smallest interval that holds counts, not the one before it.
    assertThat(ratios.get("latency").get("spark")).isCloseTo(4.0, within(1e-9));
    assertThat(ratios.get("latency-interval").get("spark")).isCloseTo(10.0, within(1e-9));
    assertThat(new BenchTable(RUNS).text("word-count")).contains("RATIO word-count spark 3.20");
    assertThat(new BenchTable(RUNS).text("latency"))
        .contains("RATIO latency spark 4.00", "RATIO latency-interval spark 10.00")
        .doesNotContain("word-count");
  }

  @Test
  void aWrongResultIsAFailureAndAMissingScenarioIsNone() {
    assertThat(new BenchTable(RUNS).failures())
        .extracting(BenchRun::engine)
        .containsExactly("flink");
  }

  @Test
  void figuresComeBackFromTheFile(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("bench.json");
    BenchFile.here("bin/millrace bench word-count", directory, RUNS).write(file);
    BenchFile read = BenchFile.read(file);
    assertThat(read.runs()).hasSameSizeAs(RUNS);
    assertThat(new BenchTable(read.runs()).text("word-count"))
        .isEqualTo(new BenchTable(RUNS).text("word-count"));
    assertThat(read.machine()).contains("processors");
  }

  @Test
  void aPageKeepsWhatStandsOutsideOfItsMarks(@TempDir Path directory) throws Exception {
    Path page = directory.resolve("benchmarks.md");
    Files.writeString(
        page, "before\n" + BenchPage.BEGIN + "\nformerly\n" + BenchPage.END + "\nafter\n");
    BenchPage.write(
        page, List.of(BenchFile.here("bin/millrace bench word-count", directory, RUNS)));
    assertThat(Files.readString(page))
        .startsWith("before\n")
        .endsWith("after\n")
        .doesNotContain("formerly")
        .contains("| word-count | spark 3.20 |")
        .contains("](benchmarks/word-count.svg)");
    assertThat(Files.readString(directory.resolve("benchmarks/word-count.svg")))
        .startsWith("<svg ")
        .contains(">millrace</text>");
    Files.writeString(page, "no marks");
    assertThatThrownBy(() -> BenchPage.write(page, List.of())).hasMessageContaining("no lines");
  }

  @Test
  void rowsCarryIntervalsAndOptions() {
    Row row = Row.parse("socket-grep@200+log");
    assertThat(row.scenario()).isEqualTo(Scenario.SOCKET_GREP);
    assertThat(row.intervalMs()).isEqualTo(200);
    assertThat(row.options()).containsEntry("log", "true");
    assertThat(Row.parse("running-count+state=rocksdb").options())
        .containsEntry("state", "rocksdb");
    assertThatThrownBy(() -> Row.parse("wordcount")).hasMessageContaining("bench --list");
  }

  @Test
  void allRunsARowOnTheEnginesForWhichItSaysSomething() {
    Plan plan = Plan.of(List.of("all"), List.of(EngineKind.MILLRACE, EngineKind.JET), 1);
    assertThat(plan.steps()).hasSizeGreaterThan(20);
    for (Plan.Step step : plan.steps()) {
      assertThat(step.engines()).isSubsetOf(Plan.ALL.get(step.row().name())).isNotEmpty();
    }
    Plan named = Plan.of(List.of("word-count@20"), List.of(EngineKind.JET), 2);
    assertThat(named.steps())
        .containsExactly(new Plan.Step(Row.parse("word-count@20"), List.of(EngineKind.JET), 2));
  }

  @Test
  void anAimIsMetMissedOrNotMeasured() {
    assertThat(Aims.lines(new BenchTable(RUNS)))
        .extracting(Aims.Line::row, Aims.Line::what, Aims.Line::reached, Aims.Line::met)
        .containsExactly(
            tuple("word-count", "loop", "-", "not measured"),
            tuple("word-count", "spark", "3.20", "yes"),
            tuple("word-count", "flink", "-", "not measured"),
            tuple("latency", "ms, smallest interval that holds", "10.0", "yes"),
            tuple("latency", "ms, p99", "25.0", "yes"));
  }

  @Test
  void theReasonOfAProblemIsTheLineWithTheException() {
    assertThat(BenchTable.reason("exit code 1: WARN something\n java.lang.StateException: why\n"))
        .isEqualTo(" java.lang.StateException: why");
    assertThat(BenchTable.reason("no report after 9 s")).isEqualTo("no report after 9 s");
  }

  private static BenchRun throughput(String engine, int round, int perCpuSecond) {
    return run("word-count", engine, round, 1_000, perCpuSecond, "{}");
  }

  private static BenchRun latency(String engine, int intervalMs, int p99, boolean holds) {
    String figures = "{\"latency-p99-ms\":" + p99 + ",\"holds\":" + (holds ? 1 : 0) + "}";
    return run("latency", engine, 1, intervalMs, 1, figures);
  }

  private static BenchRun run(
      String row, String engine, int round, int intervalMs, int records, String figures) {
    try {
      return new BenchRun(
          row,
          engine,
          round,
          intervalMs,
          1,
          0.01,
          false,
          List.of("-Xmx1g"),
          null,
          false,
          JSON.readTree(
              "{\"records\":"
                  + records
                  + ",\"wallNanos\":1000000000,\"cpuNanos\":1000000000,\"peakHeapBytes\":1,"
                  + "\"peakResidentBytes\":1,\"gcMillis\":1,\"digest\":\"\",\"figures\":"
                  + figures
                  + ",\"notes\":{}}"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BenchRun problem(String engine, String problem, boolean isUnsupported) {
    return new BenchRun(
        "word-count", engine, 1, 1_000, 1, 0, false, List.of(), problem, isUnsupported, null);
  }
}
