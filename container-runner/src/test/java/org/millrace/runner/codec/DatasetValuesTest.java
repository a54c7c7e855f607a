package org.millrace.runner.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.Optional;
import org.millrace.api.StatCounter;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple4;
import org.millrace.api.sketch.DistinctSketch;

/** What operations of datasets send between processes besides the program's own records. */
class DatasetValuesTest {
  private final RecordCodec codec = new RecordCodec(getClass().getClassLoader());

  private Object sent(Object value) {
    return codec.decode(codec.encode(List.of(value)), 1).get(0);
  }

  @Test
  void aSketchGoesOnCountingWhereItWasSent() {
    DistinctSketch sketch = DistinctSketch.of(0.05);
    for (int i = 0; i < 5_000; i++) {
      sketch.add("a" + i);
    }
    DistinctSketch sent = (DistinctSketch) sent(sketch);
    DistinctSketch other = DistinctSketch.of(0.05).add("more").add("a1");

    assertThat(sent.estimate()).isEqualTo(sketch.estimate());
    assertThat(sent.merge((DistinctSketch) sent(other)).estimate())
        .isEqualTo(sketch.merge(other).estimate());
    assertThat(((DistinctSketch) sent(DistinctSketch.of(0.05))).add(1L).estimate()).isOne();
  }

  @Test
  void aCounterKeepsAllItCounted() {
    StatCounter counter = new StatCounter(List.of(1.5, -2.0, 8.25));
    StatCounter sent = (StatCounter) sent(counter);

    assertThat(sent).hasToString(counter.toString());
    assertThat(sent.sampleVariance()).isEqualTo(counter.sampleVariance());
    assertThat(((StatCounter) sent(new StatCounter())).merge(3).max()).isEqualTo(3);
  }

  @Test
  void countsSamplesAndGroupsKeepTheirOrder() {
    Map<Object, Long> counts = new LinkedHashMap<>();
    counts.put("z", 3L);
    counts.put(null, 1L);
    counts.put("a", 2L);

    assertThat(new ArrayList<>(((Map<?, ?>) sent(counts)).keySet()))
        .isEqualTo(Arrays.asList("z", null, "a"));
    assertThat((long[]) sent(new long[] {3, 0, 4})).containsExactly(3, 0, 4);
    Tuple2<List<String>, Long> sample = new Tuple2<>(new ArrayList<>(List.of("k", "j")), 9L);
    assertThat(sent(sample)).isEqualTo(sample);
    Tuple4<List<Integer>, List<String>, Optional<Integer>, Integer> four =
        new Tuple4<>(new ArrayList<>(List.of(1)), new ArrayList<>(), Optional.empty(), null);
    assertThat(sent(four)).isEqualTo(four);
  }
}
