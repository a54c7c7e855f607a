package org.millrace.testkit.tester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;

class StreamTesterRestartTest {
  private static final Duration SECOND = Durations.seconds(1);

  private static PairDStream<String, Integer> ones(DStream<String> lines) {
    return lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1));
  }

  private static PairDStream<String, Integer> totals(DStream<String> lines) {
    return ones(lines)
        .updateStateByKey(
            (List<Integer> values, Optional<Integer> before) ->
                Optional.of(before.orElse(0) + values.size()));
  }

  private static Tuple2<String, Integer> count(String word, int count) {
    return new Tuple2<>(word, count);
  }

  @Test
  void stateWindowsInputsAndTimesGoOnAfterARestart(@TempDir Path checkpoint) {
    StreamTester.Builder testers =
        StreamTester.builder(SECOND).checkpointDirectory(checkpoint.toString());
    try (StreamTester tester = testers.build()) {
      TestInput<String> lines = tester.input();
      Collected<Tuple2<String, Integer>> before = tester.collect(totals(lines.stream()));
      tester.collect(lines.stream().window(Durations.seconds(3)));
      lines.add("a b").add("a").add("c").add("b");
      tester.runBatches(2);

      tester.restart();
      Collected<Tuple2<String, Integer>> after = tester.collect(totals(lines.stream()));
      Collected<String> window = tester.collect(lines.stream().window(Durations.seconds(3)));
      assertThat(tester.runUntilInputsAreEmpty()).isEqualTo(2);

      assertThat(before.last().values()).containsExactlyInAnyOrder(count("a", 2), count("b", 1));
      assertThat(after.batches()).hasSize(2);
      assertThat(after.batches().get(0).time()).isEqualTo(before.last().time().plus(SECOND));
      assertThat(after.last().values())
          .containsExactlyInAnyOrder(count("a", 2), count("b", 2), count("c", 1));
      assertThat(window.values()).containsExactly(List.of("a b", "a", "c"), List.of("a", "c", "b"));
      assertThat(after.last().time()).isEqualTo(tester.now());
    }
  }

  @Test
  void aChangedProgramKeepsTheStateThatItNamesAndBeginsWhatIsNew() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      TestInput<String> lines = tester.input();
      tester.collect(totals(lines.stream()).uid("totals"));
      lines.add("a b").add("a c");
      tester.runBatches(1);

      tester.restart();
      Collected<Tuple2<String, Integer>> fresh =
          tester.collect(
              ones(lines.stream())
                  .reduceByKeyAndWindow(
                      Integer::sum, (a, b) -> a - b, Durations.seconds(2), SECOND));
      Collected<Tuple2<String, Integer>> totals =
          tester.collect(totals(lines.stream()).uid("totals"));
      tester.runBatches(1);

      assertThat(totals.last().values())
          .containsExactlyInAnyOrder(count("a", 2), count("b", 1), count("c", 1));
      assertThat(fresh.last().values()).contains(count("c", 1));
    }
  }

  @Test
  void aProgramWithoutTheStateOfTheCheckpointIsRefused() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      TestInput<String> lines = tester.input();
      tester.collect(totals(lines.stream()));
      lines.add("a").add("b");
      tester.runBatches(1);

      tester.restart();
      tester.collect(lines.stream());

      assertThatThrownBy(() -> tester.runBatches(1))
          .isInstanceOfSatisfying(
              MillraceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CHECKPOINT_MISMATCH));
    }
  }

  @Test
  void batchesThatFellDueWhileTheApplicationWasStoppedRunAfterARestart() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      TestInput<String> lines = tester.input();
      tester.collect(totals(lines.stream()));
      lines.add("a").add("b").add("a").add("c");
      tester.runBatches(1);
      tester.context().stop(true, true);

      tester.restart();
      Collected<Tuple2<String, Integer>> after = tester.collect(totals(lines.stream()));
      tester.advance(Durations.seconds(3));

      assertThat(after.values()).hasSize(3);
      assertThat(after.last().values())
          .containsExactlyInAnyOrder(count("a", 2), count("b", 1), count("c", 1));
    }
  }

  @Test
  void aBatchThatFailedRunsAgainInAProgramThatWasMended() {
    try (StreamTester tester = StreamTester.create(SECOND)) {
      TestInput<String> lines = tester.input();
      tester.collect(totals(lines.stream().map(StreamTesterRestartTest::refused)));
      lines.add("a").add("b");
      assertThatThrownBy(() -> tester.runBatches(1)).isInstanceOf(MillraceException.class);

      tester.restart();
      Collected<Tuple2<String, Integer>> after = tester.collect(totals(lines.stream()));
      tester.runBatches(2);

      assertThat(after.batches()).hasSize(2);
      assertThat(after.last().values()).containsExactlyInAnyOrder(count("a", 1), count("b", 1));
    }
  }

  @Test
  void theSameFailureAfterARestartStopsTheApplicationWithoutMoreRetries() {
    StreamTester.Builder testers =
        StreamTester.builder(SECOND)
            .set("millrace.batch.onFailure", "retry")
            .set("millrace.batch.retries", "3");
    try (StreamTester tester = testers.build()) {
      TestInput<String> lines = tester.input();
      lines.add("a").add("b");
      AtomicInteger runs = new AtomicInteger();
      failing(lines.stream(), runs, "cannot take it");
      assertFails(tester, ErrorCode.BATCH_FAILED);
      assertThat(runs).as("the first attempt").hasValue(4);

      tester.restart();
      failing(lines.stream(), runs, "cannot take it");
      assertFails(tester, ErrorCode.BATCH_FAILED_AGAIN);
      assertThat(runs).as("the second attempt").hasValue(5);

      tester.restart();
      failing(lines.stream(), runs, "another failure");
      assertFails(tester, ErrorCode.BATCH_FAILED);
      assertThat(runs).as("a new failure").hasValue(9);

      tester.restart();
      Collected<String> mended = tester.collect(lines.stream());
      tester.runBatches(2);
      assertThat(mended.values()).containsExactly(List.of("a"), List.of("b"));
    }
  }

  private static void failing(DStream<String> lines, AtomicInteger runs, String why) {
    lines.foreachRDD(
        rdd -> {
          runs.incrementAndGet();
          throw new IllegalStateException(why);
        });
  }

  private static void assertFails(StreamTester tester, ErrorCode code) {
    assertThatThrownBy(() -> tester.runBatches(1))
        .isInstanceOfSatisfying(
            MillraceException.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  private static String refused(String line) {
    throw new IllegalStateException("cannot take " + line);
  }
}
