package org.millrace.testkit.tester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.Time;

class PipelineCheckTest {
  private static final Duration SECOND = Durations.seconds(1);
  private static final AtomicInteger CALLS = new AtomicInteger();

  private static PairDStream<String, Integer> ones(StreamTester tester) {
    return tester
        .input(
            Arrays.asList(List.of("to be or", "not to be"), List.of("to be"), null, List.of("x")))
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1));
  }

  private static PipelineCheck check(PipelineCheck.Pipeline pipeline) {
    return PipelineCheck.of(StreamTester.builder(SECOND), pipeline);
  }

  @Test
  void passesWordCountAndWindowsUnderAllFaults() {
    PipelineCheck.Report report =
        check(
                tester -> {
                  PairDStream<String, Integer> counts = ones(tester).reduceByKey(Integer::sum);
                  tester.collect(counts);
                  tester.collect(counts.window(Durations.seconds(2)).groupByKey());
                })
            .seeds(1, 2, 3, 4, 5, 6)
            .moreBatches(1)
            .run();

    assertThat(report.applied())
        .startsWith("failed batches", "failed tasks")
        .hasSize(14)
        .allMatch(
            fault ->
                fault.startsWith("failed")
                    || fault.startsWith("lost executor (seed ")
                    || fault.startsWith("killed and restarted (seed "));
    assertThat(report.leftOut()).isEmpty();
  }

  @Test
  void aWindowByKeyOutlivesItsExecutor() {
    PipelineCheck.Report report =
        check(
                tester ->
                    tester.collect(
                        ones(tester)
                            .reduceByKeyAndWindow(
                                Integer::sum, (a, b) -> a - b, Durations.seconds(2), SECOND)))
            .seeds(1, 2, 3, 4, 5, 6)
            .moreBatches(2)
            .run();

    assertThat(report.applied()).startsWith("failed batches", "failed tasks").hasSize(14);
    assertThat(report.leftOut()).isEmpty();
  }

  @Test
  void aRetriedTaskSeesTheStateOfTheBatchBefore() {
    StateSpec<String, Integer, Integer, Tuple2<String, Integer>> sums =
        StateSpec.function(
            (word, one, state) -> {
              int sum = one.get() + (state.exists() ? state.get() : 0);
              state.update(sum);
              return new Tuple2<>(word, sum);
            });

    PipelineCheck.Report report =
        check(tester -> tester.collect(ones(tester).mapWithState(sums))).run();

    assertThat(report.applied()).startsWith("failed batches", "failed tasks").hasSize(8);
    assertThat(report.leftOut()).isEmpty();
  }

  @Test
  void comparesTimesPartitionsAndOrder() {
    Time time = new Time(1_000);
    assertThatThrownBy(
            () ->
                new OutputComparison("a fault")
                    .requireSame(
                        List.of(List.of(new CollectedBatch<>(time, List.of(List.of(1, 2))))),
                        List.of(List.of(new CollectedBatch<>(time, List.of(List.of(2, 1)))))))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a fault: output 1, batch 1 (1000 ms), partition 0 differs")
        .hasMessageContaining("expected: [1, 2]")
        .hasMessageContaining("actual:   [2, 1]");
    assertThatThrownBy(
            () ->
                new OutputComparison("a fault")
                    .requireSame(
                        List.of(List.of(new CollectedBatch<>(time, List.of(List.of(1, 2))))),
                        List.of(
                            List.of(new CollectedBatch<>(time, List.of(List.of(1), List.of(2)))))))
        .hasMessageContaining("number of partitions differs");
  }

  @Test
  void findsAFunctionThatGivesSomethingElseWhenItRunsAgain() {
    CALLS.set(0);
    assertThatThrownBy(
            () ->
                check(
                        tester ->
                            tester.collect(
                                tester
                                    .input(List.of(List.of("a"), List.of("b")))
                                    .map(word -> word + CALLS.incrementAndGet())))
                    .run())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("failed batches: output 1, batch 1 (")
        .hasMessageContaining("expected: [a1]")
        .hasMessageContaining("actual:   [a");
  }

  @Test
  void saysThatNothingIsCollected() {
    assertThatThrownBy(() -> check(tester -> tester.input(List.of(List.of(1))).print()).run())
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("collects nothing");
  }
}
