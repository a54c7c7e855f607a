package org.millrace.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

class ParityTest {
  /** Programs that differ on purpose: a name, a tab, why. */
  private static Map<String, String> intended() throws Exception {
    Map<String, String> reasons = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("src/test/resources/intended-differences.tsv"))) {
      String[] parts = line.split("\t", 2);
      reasons.put(parts[0], parts[1]);
    }
    return reasons;
  }

  @Test
  void programsGiveWhatTheyGiveOnSpark() throws Exception {
    Map<String, List<String>> spark = SparkAndMillrace.runOnSpark();
    Map<String, List<String>> millrace = SparkAndMillrace.runOnMillrace();
    Map<String, String> intended = intended();
    assertThat(millrace.keySet()).isEqualTo(spark.keySet());
    SoftAssertions all = new SoftAssertions();
    spark.forEach(
        (program, lines) -> {
          all.assertThat(lines)
              .as("%s on Spark", program)
              .isNotEmpty()
              .noneMatch(line -> line.startsWith("failed") || line.startsWith("not complete"));
          if (intended.containsKey(program)) {
            all.assertThat(millrace.get(program))
                .as("%s is said to differ: %s", program, intended.get(program))
                .isNotEqualTo(lines);
          } else {
            all.assertThat(millrace.get(program)).as(program).isEqualTo(lines);
          }
        });
    all.assertAll();
  }
}
