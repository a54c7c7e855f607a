package org.millrace.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordPoolTest {
  private static final RecordPool TEXT = RecordPool.text(42, 100_000);

  @Test
  void textIsAsLongAsTheReference() {
    double bytes = 0;
    for (int i = 0; i < TEXT.size(); i++) {
      bytes += TEXT.length(i) + 1;
    }
    assertThat(bytes / TEXT.size()).isBetween(96.5, 97.7);
    assertThat(TEXT.weight(0, TEXT.size()) / (double) TEXT.size()).isBetween(11.7, 11.9);
  }

  @Test
  void frequenciesOfWordsFallWithTheirRank() {
    Map<String, Integer> counts = new HashMap<>();
    TEXT.reader(0, TEXT.size())
        .forEachRemaining(
            line -> {
              for (String word : line.split(" ")) {
                counts.merge(word, 1, Integer::sum);
              }
            });
    byte[][] words = RecordPool.words(42);
    double first = counts.get(new String(words[0], StandardCharsets.US_ASCII));
    double tenth = counts.get(new String(words[9], StandardCharsets.US_ASCII));
    assertThat(first / tenth).isBetween(9.5, 10.5);
    // The sum of 1/rank over 100,000 ranks is 12.09.
    assertThat(TEXT.weight(0, TEXT.size()) / first).isBetween(11.9, 12.3);
  }

  @Test
  void oneSeedGivesOneInputWhateverTheSize() {
    RecordPool shorter = RecordPool.text(42, 1_000);
    assertThat(lines(shorter)).isEqualTo(lines(TEXT).subList(0, 1_000));
    assertThat(lines(RecordPool.text(43, 1_000))).isNotEqualTo(lines(shorter));
  }

  @Test
  void recordsRepeatCyclicallyAndSoDoTheirWeights() {
    RecordPool pool = RecordPool.text(42, 100);
    assertThat(pool.reader(250, 251).next()).isEqualTo(pool.string(50));
    long words = 0;
    for (int i = 30; i < 250; i++) {
      words += pool.string(i).split(" ").length;
    }
    assertThat(pool.weight(30, 250)).isEqualTo(words);
    long matches = 0;
    for (int i = 30; i < 250; i++) {
      matches += pool.string(i).contains(RecordPool.NEEDLE) ? 1 : 0;
    }
    assertThat(pool.matches(30, 250)).isEqualTo(matches);
  }

  @Test
  void aFewLinesHoldTheNeedle() {
    assertThat(TEXT.matches(0, TEXT.size())).isBetween(60L, 140L);
  }

  @Test
  void keyValuesAreUniform() {
    RecordPool pool = RecordPool.keyValues(42, 100_000);
    Map<String, Integer> keys = new HashMap<>();
    pool.reader(0, 100_000)
        .forEachRemaining(
            record -> {
              assertThat(record).matches("u[0-9]{7},[1-9]");
              keys.merge(record.substring(0, 8), 1, Integer::sum);
            });
    // 1,000,000 (1 - e^-0.1)
    assertThat(keys.size()).isBetween(94_500, 95_800);
  }

  @Test
  void adsAreAsInTheReferenceAndTheirTimeGoesOn() {
    RecordPool pool = RecordPool.ads(42, 1_000);
    Map<String, String> campaigns = Ads.campaigns(42);
    double bytes = 0;
    int views = 0;
    RecordReader events = pool.reader(0, 10_000);
    for (long i = 0; events.hasNext(); i++) {
      String event = events.next();
      bytes += event.length();
      views += Ads.field(event, "\"event_type\":\"").equals("view") ? 1 : 0;
      assertThat(campaigns).containsKey(Ads.field(event, "\"ad_id\":\""));
      assertThat(Long.parseLong(Ads.field(event, "\"event_time\":\"")))
          .isEqualTo(Ads.FIRST_TIME_MS + i / 500);
    }
    assertThat(bytes / 10_000).isBetween(240.0, 242.0);
    assertThat(views / 10_000.0).isBetween(0.3, 0.37);
    assertThat(pool.weight(0, 10_000)).isEqualTo(views);
    assertThat(campaigns.values().stream().distinct()).hasSize(Ads.CAMPAIGNS);
  }

  @Test
  void aReaderWithAStepSharesTheInputAmongThreads() {
    RecordPool pool = RecordPool.ads(42, 100);
    RecordReader second = pool.endless(1, 2);
    List<String> all = new ArrayList<>();
    pool.reader(0, 500).forEachRemaining(all::add);
    for (int i = 1; i < 500; i += 2) {
      assertThat(second.next()).isEqualTo(all.get(i));
    }
  }

  private static List<String> lines(RecordPool pool) {
    List<String> lines = new ArrayList<>();
    pool.reader(0, pool.size()).forEachRemaining(lines::add);
    return lines;
  }
}
