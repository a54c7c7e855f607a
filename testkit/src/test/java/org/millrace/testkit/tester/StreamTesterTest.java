package org.millrace.testkit.tester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.PairRDD;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.StreamingContext;

class StreamTesterTest {
  private static final Duration SECOND = Durations.seconds(1);

  private static PairDStream<String, Integer> ones(DStream<String> lines) {
    return lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1));
  }

  private static Tuple2<String, Integer> count(String word, int count) {
    return new Tuple2<>(word, count);
  }

  @Test
  void countsWordsByBatch() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      TestInput<String> lines = tester.input();
      Collected<Tuple2<String, Integer>> counts =
          tester.collect(ones(lines.stream()).reduceByKey(Integer::sum));
      lines.add("to be or not", "to be").add("or");

      assertThat(tester.runUntilInputsAreEmpty()).isEqualTo(2);

      assertThat(counts.values().get(0))
          .containsExactlyInAnyOrder(
              count("to", 2), count("be", 2), count("or", 1), count("not", 1));
      assertThat(counts.values().get(1)).containsExactly(count("or", 1));
      CollectedBatch<Tuple2<String, Integer>> last = counts.last();
      assertThat(last.time()).isEqualTo(counts.batches().get(0).time().plus(SECOND));
      assertThat(last.time()).isEqualTo(tester.now());
      assertThat(last.partitions()).hasSize(2);
      assertThat(last.partitions().get("or".hashCode() & 1)).containsExactly(count("or", 1));

      lines.add("later");
      tester.runBatches(1);
      assertThat(counts.last().values()).containsExactly(count("later", 1));
    }
  }

  @Test
  void theExampleOfTheProgrammingGuideHolds() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      TestInput<String> lines = tester.input();
      Collected<Tuple2<String, Integer>> counts =
          tester.collect(ones(lines.stream()).reduceByKey(Integer::sum));
      lines.add("a b a").addNothing().add("b");
      tester.runUntilInputsAreEmpty();
      assertThat(counts.values().get(0))
          .containsExactly(new Tuple2<>("b", 1), new Tuple2<>("a", 2));
    }
  }

  @Test
  void slicesRecordsIntoThePartitionsOfTheInput() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      TestInput<Integer> numbers = tester.input(3);
      Collected<Integer> squares = tester.collect(numbers.stream().map(n -> n * n));
      numbers.add(1, 2, 3, 4, 5, 6).add();

      tester.runUntilInputsAreEmpty();

      assertThat(squares.partitions())
          .containsExactly(
              List.of(List.of(1, 4), List.of(9, 16), List.of(25, 36)),
              List.of(List.of(), List.of(), List.of()));
    }
  }

  @Test
  void anAbsentEntryIsABatchWithoutDataset() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      Collected<String> letters =
          tester.collect(tester.input(Arrays.asList(List.of("a"), null, List.of("b"))));

      tester.runUntilInputsAreEmpty();
      tester.runBatches(1);

      assertThat(letters.values())
          .containsExactly(List.of("a"), List.of(), List.of("b"), List.of());
      assertThat(letters.partitions().get(1)).isEmpty();
    }
  }

  @Test
  void windowsHaveTheRecordsOfTheirBatches() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      Collected<Integer> windows =
          tester.collect(
              tester
                  .input(List.of(List.of(1), List.of(2), List.of(3), List.of(4)))
                  .window(Durations.seconds(3), Durations.seconds(2)));

      tester.runUntilInputsAreEmpty();
      tester.runBatches(2);

      assertThat(windows.values()).containsExactly(List.of(1, 2), List.of(2, 3, 4), List.of(4));
    }
  }

  @Test
  void windowsWithAnInverseFunctionLoseWhatLeft() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      TestInput<String> words = tester.input();
      Collected<Tuple2<String, Integer>> counts =
          tester.collect(
              ones(words.stream())
                  .reduceByKeyAndWindow(
                      Integer::sum, (a, b) -> a - b, Durations.seconds(2), SECOND));
      words.add("a").add("a b").addNothing().addNothing();

      tester.runUntilInputsAreEmpty();

      assertThat(counts.values().stream().map(batch -> batch.stream().collect(Collectors.toSet())))
          .containsExactly(
              Set.of(count("a", 1)),
              Set.of(count("a", 2), count("b", 1)),
              Set.of(count("a", 1), count("b", 1)),
              Set.of(count("a", 0), count("b", 0)));
    }
  }

  @Test
  void keyedStateTimesOutByTheManualClock() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      TestInput<String> words = tester.input();
      StateSpec<String, Integer, Integer, String> spec =
          StateSpec.<String, Integer, Integer, String>function(
                  (word, one, state) -> {
                    if (state.isTimingOut()) {
                      return word + " ended at " + state.get();
                    }
                    state.update((state.exists() ? state.get() : 0) + one.get());
                    return word + " " + state.get();
                  })
              .timeout(Durations.minutes(2));
      Collected<String> seen = tester.collect(ones(words.stream()).mapWithState(spec));
      words.add("a").add("a");

      tester.runUntilInputsAreEmpty();
      tester.advance(Durations.minutes(3));

      assertThat(seen.values().stream().flatMap(List::stream))
          .containsExactly("a 1", "a 2", "a ended at 2");
      assertThat(seen.batches().get(121).values()).containsExactly("a ended at 2");
    }
  }

  @Test
  void joinsAReferenceDataset(@TempDir Path folder) throws Exception {
    Path names = Files.writeString(folder.resolve("names.csv"), "1,one\n2,two\n");
    try (StreamTester tester = StreamTester.create(SECOND)) {
      PairRDD<Integer, String> reference =
          tester
              .context()
              .batchContext()
              .textFile(names.toString())
              .mapToPair(
                  line -> new Tuple2<>(Integer.parseInt(line.split(",")[0]), line.split(",")[1]))
              .cache();
      Collected<Tuple2<Integer, Tuple2<Integer, String>>> joined =
          tester.collect(
              tester
                  .input(List.of(List.of(2, 3), List.of(1)))
                  .mapToPair(n -> new Tuple2<>(n, n * 10))
                  .transformToPair(rdd -> rdd.join(reference)));

      tester.runUntilInputsAreEmpty();

      assertThat(joined.values())
          .containsExactly(
              List.of(new Tuple2<>(2, new Tuple2<>(20, "two"))),
              List.of(new Tuple2<>(1, new Tuple2<>(10, "one"))));
    }
  }

  @Test
  void aClockThatJumpsFiresEveryBatchItSkipped() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      Collected<Integer> numbers =
          tester.collect(
              tester.input(IntStream.range(0, 50).mapToObj(List::of).toList()).map(n -> n + 1));

      tester.advance(Durations.milliseconds(999));
      assertThat(numbers.batches()).isEmpty();
      tester.advance(Durations.milliseconds(50_500));

      assertThat(numbers.values())
          .hasSize(51)
          .startsWith(List.of(1), List.of(2))
          .endsWith(List.of(50), List.of());
      assertThat(numbers.last().time())
          .isEqualTo(numbers.batches().get(0).time().plus(Durations.seconds(50)));

      tester.runBatches(2);
      assertThat(numbers.batches()).hasSize(53);
    }
  }

  @Test
  void theFailureOfABatchIsThrownWithItsCause() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      Collected<Integer> quotients =
          tester.collect(tester.input(List.of(List.of(1), List.of(0))).map(n -> 10 / n));

      tester.runBatches(1);
      assertThatThrownBy(() -> tester.runBatches(1))
          .isInstanceOfSatisfying(
              MillraceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TASK_FAILED))
          .hasMessageContaining("/ by zero")
          .hasStackTraceContaining(StreamTesterTest.class.getName());

      assertThat(quotients.values()).containsExactly(List.of(10));
    }
  }

  @Test
  void aSkippedBatchCollectsNothing() {
    try (StreamTester tester =
        StreamTester.builder(SECOND).set("millrace.batch.onFailure", "skip").build()) {
      DStream<Integer> numbers = tester.input(List.of(List.of(1), List.of(0), List.of(2)));
      Collected<Integer> first = tester.collect(numbers);
      Collected<Integer> second = tester.collect(numbers.map(n -> 10 / n));

      tester.runUntilInputsAreEmpty();

      assertThat(first.values()).containsExactly(List.of(1), List.of(2));
      assertThat(second.values()).containsExactly(List.of(10), List.of(5));
    }
  }

  @Test
  void publishesTheFilesOfABatchBeforeItReturns(@TempDir Path folder) {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      tester
          .input(List.of(List.of("a", "b")))
          .saveAsTextFiles(folder.resolve("out").toString(), "");

      tester.runBatches(1);

      assertThat(folder.resolve("out-" + tester.now().milliseconds())).isDirectory();
    }
  }

  @Test
  void refusesWhatIsWrongInTheConfiguration() {
    assertThatThrownBy(() -> StreamTester.builder(SECOND).set("millrace.no.such", "1").build())
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_CONFIGURATION_KEY));
    assertThatThrownBy(() -> StreamTester.create(Durations.milliseconds(0)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ILLEGAL_USE));
  }

  @Test
  void saysWhatIsWrongWithAProgram() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      tester.input();
      assertThatThrownBy(() -> tester.runBatches(1))
          .isInstanceOfSatisfying(
              MillraceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NO_OUTPUT_OPERATION));
    }
    assertThat(StreamingContext.getActive().isPresent()).isFalse();
  }
}
