package org.millrace.am.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.accumulator.CollectionAccumulator;
import org.millrace.api.accumulator.DoubleAccumulator;
import org.millrace.api.accumulator.LongAccumulator;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;

class AccumulatorsTest {
  private static final AtomicInteger CALLS = new AtomicInteger();

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void addsUpWhatTheTasksOfActionsAdd() {
    try (BatchContext context = new BatchContext("local[2]", "accumulators")) {
      LongAccumulator sum = context.longAccumulator("sum");
      DoubleAccumulator halves = context.doubleAccumulator();
      CollectionAccumulator<Integer> seen = context.collectionAccumulator("seen");
      context
          .parallelize(numbers(100), 7)
          .foreach(
              number -> {
                sum.add(number);
                halves.add(number / 2.0);
                if (number % 25 == 0) {
                  seen.add(number);
                }
              });
      assertThat(sum.value()).isEqualTo(4950);
      assertThat(sum.count()).isEqualTo(100);
      assertThat(halves.value()).isEqualTo(2475.0);
      assertThat(seen.value()).containsExactly(0, 25, 50, 75);
      assertThat(sum.name().get()).isEqualTo("sum");
    }
  }

  @Test
  void addsUpWhatMapSideTasksOfAShuffleAdd() {
    try (BatchContext context = new BatchContext("local[2]", "accumulators")) {
      for (int round = 1; round <= 20; round++) {
        LongAccumulator mapped = context.longAccumulator();
        LongAccumulator reduced = context.longAccumulator();
        long keys =
            context
                .parallelize(numbers(1000), 5)
                .mapToPair(
                    number -> {
                      mapped.add(1);
                      return new Tuple2<>(number % 10, 1);
                    })
                .reduceByKey(Integer::sum)
                .filter(
                    pair -> {
                      reduced.add(1);
                      return true;
                    })
                .count();
        assertThat(keys).isEqualTo(10);
        assertThat(mapped.value()).isEqualTo(1000);
        assertThat(reduced.value()).isEqualTo(10);
      }
    }
  }

  @Test
  void countsATaskOnceThatFailedBefore() {
    CALLS.set(0);
    try (BatchContext context = new BatchContext("local[2]", "accumulators")) {
      LongAccumulator sum = context.longAccumulator();
      context
          .parallelize(numbers(10), 1)
          .foreach(
              number -> {
                sum.add(number);
                if (number == 9 && CALLS.incrementAndGet() < 3) {
                  throw new IllegalStateException("once more");
                }
              });
      assertThat(CALLS).hasValue(3);
      assertThat(sum.value()).isEqualTo(45);
    }
  }

  @Test
  void takesBackWhatABatchAddedThatIsRunAgain() throws Exception {
    StreamingConf conf =
        new StreamingConf()
            .setMaster("local[2]")
            .setAppName("accumulators")
            .set("millrace.batch.onFailure", "retry")
            .set("millrace.batch.retryDelay", "1ms");
    try (StreamingContext streaming = new StreamingContext(conf, Durations.milliseconds(50))) {
      BatchContext context = streaming.sparkContext();
      LongAccumulator sum = context.longAccumulator();
      Queue<RDD<Integer>> queue = new ArrayDeque<>();
      queue.add(context.parallelize(numbers(10), 2));
      AtomicInteger runs = new AtomicInteger();
      CompletableFuture<Long> seen = new CompletableFuture<>();
      streaming
          .queueStream(queue)
          .foreachRDD(
              rdd -> {
                rdd.foreach(number -> sum.add(number));
                if (rdd.getNumPartitions() > 0 && runs.incrementAndGet() < 3) {
                  throw new IllegalStateException("this batch fails");
                }
                seen.complete(sum.value());
              });
      streaming.start();
      assertThat(seen.get(2, TimeUnit.MINUTES)).isEqualTo(45);
      assertThat(runs).hasValue(3);
    }
  }

  @Test
  void refusesAnAccumulatorThatIsNotRegistered() {
    try (BatchContext context = new BatchContext("local[1]", "accumulators")) {
      LongAccumulator unknown = new LongAccumulator();
      assertThatExceptionOfType(MillraceException.class)
          .isThrownBy(() -> context.parallelize(numbers(1)).foreach(number -> unknown.add(number)))
          .withMessageContaining("call BatchContext.register first");
    }
  }
}
