package org.millrace.benchmarks.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.ExpectedResults;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.UnsupportedScenario;

class LoopsTest {
  @ParameterizedTest
  @ValueSource(strings = {"word-count", "grep", "window-count", "running-count"})
  void bothLoopsGiveTheExpectedResultAndLoseNothingInTheSpan(String scenario) throws Exception {
    for (Engine engine : new Engine[] {new LoopEngine(), new TunedLoopEngine()}) {
      RunSpec spec =
          RunSpec.parse(
              "scenario=" + scenario,
              "cores=2",
              "interval-ms=10",
              "warm-up-ms=20",
              "measure-ms=30",
              "check-records=5000",
              "option.pool=20000");
      JsonNode report = new ObjectMapper().readTree(engine.run(spec).toJson());
      assertThat(report.get("digest").asText())
          .as(engine.name())
          .isEqualTo(ExpectedResults.of(spec).toString());
      assertThat(report.get("records").asLong()).isPositive();
    }
  }

  @Test
  void aLoopSaysWhatItDoesNotHave() {
    assertThatThrownBy(() -> new LoopEngine().run(RunSpec.parse("scenario=empty-batch")))
        .isInstanceOf(UnsupportedScenario.class);
  }

  @Test
  void wordsOfAnyLengthAreCounted() {
    String line =
        "a bcdefgh ijklmnop abcdefghi abcdefghijklmno abcdefghijklmnop abcdefghijklmnopq a";
    byte[] bytes = (line + "xxxxxxxxxxxxxxxx").getBytes(StandardCharsets.US_ASCII);
    WordTable table = new WordTable();
    table.countLine(bytes, 0, line.length());
    table.countLine(bytes, 0, line.length());
    Map<String, Long> expected = new HashMap<>();
    for (String word : line.split(" ")) {
      expected.merge(word, 2L, Long::sum);
    }
    Map<String, Long> counted = new HashMap<>();
    table.forEach((word, count) -> counted.put(word, count));
    assertThat(counted).isEqualTo(expected);
    assertThat(table.total()).isEqualTo(16);
    WordTable window = new WordTable();
    window.addAll(table.packed(), 1);
    window.addAll(table.packed(), -1);
    assertThat(window.total()).isZero();
  }
}
