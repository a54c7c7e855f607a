package org.millrace.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunSpecTest {
  private static final Engine ENGINE =
      new Engine() {
        @Override
        public String name() {
          return "an \"engine\"";
        }

        @Override
        public RunReport run(RunSpec spec) {
          throw new IllegalStateException("is not run here");
        }
      };

  @Test
  void argumentsComeBackAsTheyWere() {
    RunSpec spec =
        RunSpec.parse(
            "scenario=word-count", "cores=2", "interval-ms=200", "rate=5", "option.log=true");
    assertThat(RunSpec.parse(spec.toArguments().toArray(String[]::new))).isEqualTo(spec);
    assertThat(spec.option("log", "false")).isEqualTo("true");
    assertThat(spec.option("receivers", 2)).isEqualTo(2);
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> RunSpec.parse("scenario=word-count", "core=2"))
        .hasMessage("unknown arguments [core]");
    assertThatThrownBy(() -> RunSpec.parse("scenario=wordcount"))
        .hasMessage("no scenario named 'wordcount'");
    assertThatThrownBy(() -> RunSpec.parse("scenario=grep", "cores=0"))
        .hasMessageContaining("cores=0");
  }

  @Test
  void everyScenarioWithACheckHasAnExpectedResult() {
    Set<Scenario> checked = EnumSet.allOf(Scenario.class);
    checked.removeIf(Scenario::isWithoutCheck);
    for (Scenario scenario : checked) {
      RunSpec spec = RunSpec.parse("scenario=" + scenario, "check-records=4000");
      ResultDigest digest = ExpectedResults.of(spec);
      assertThat(digest.total()).as(scenario.title()).isPositive();
      assertThat(ExpectedResults.of(spec)).hasToString(digest.toString());
    }
  }

  @Test
  void digestsDoNotDependOnOrderAndDifferByKeyAndCount() {
    ResultDigest one = new ResultDigest();
    one.add("a", 1);
    one.add("b", 2);
    ResultDigest parts = new ResultDigest();
    ResultDigest part = new ResultDigest();
    part.add("b", 2);
    parts.add(part);
    parts.add(new byte[] {'x', 'a'}, 1, 1, 1);
    assertThat(parts).hasToString(one.toString());
    ResultDigest swapped = new ResultDigest();
    swapped.add("a", 2);
    swapped.add("b", 1);
    assertThat(swapped.toString()).isNotEqualTo(one.toString());
  }

  @Test
  void reportsAreOneLineOfJson() {
    ResultDigest digest = new ResultDigest();
    digest.add("a", 1);
    RunReport report =
        Measurement.begin()
            .end(ENGINE, RunSpec.parse("scenario=memory"), 17)
            .digest(digest)
            .figure("batch-p50-ms", 1.25)
            .note("note", "line\nend");
    assertThat(report.toJson())
        .startsWith("{\"engine\":\"an \\\"engine\\\"\",\"scenario\":\"memory\",\"records\":17,")
        .contains("\"digest\":\"1-1-", "\"batch-p50-ms\":1.250000", "\"note\":\"line\\u000aend\"")
        .contains("\"resident-mb\":")
        .doesNotContain("\n");
    assertThatThrownBy(() -> report.figure("x", Double.NaN)).hasMessage("x is NaN");
  }

  @Test
  void latencyCountsFromTheScheduleAndKnowsWhetherItGrows() {
    long second = 1_000_000_000L;
    LatencyRecorder steady = new LatencyRecorder(0, 10 * second);
    LatencyRecorder growing = new LatencyRecorder(0, 10 * second);
    long interval = second / 10;
    for (long batch = -5; batch < 105; batch++) {
      long from = batch * interval;
      steady.output(from, from + interval, 1_000, from + interval + interval / 2);
      growing.output(from, from + interval, 1_000, from + interval + batch * interval / 10);
    }
    assertThat(steady.records()).isBetween(99_000L, 101_000L);
    assertThat(steady.holds(100, 100_000)).isTrue();
    assertThat(growing.holds(100, 100_000)).isFalse();
    RunReport report = Measurement.begin().end(ENGINE, RunSpec.parse("scenario=latency"), 1);
    new LatencyRecorder(0, second).addTo(report);
    assertThat(report.figures()).as("nothing came out").doesNotContainKey("latency-p50-ms");
    steady.addTo(report);
    assertThat(report.figures().get("latency-p50-ms")).isBetween(99.0, 101.0);
    assertThat(report.figures().get("latency-max-ms")).isBetween(148.0, 151.0);
  }
}
