package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.DoubleRDD;
import org.millrace.api.FutureAction;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.graph.RddNode;
import org.millrace.api.partial.BoundedDouble;
import org.millrace.api.partial.PartialResult;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.JobAction;
import org.millrace.api.spi.SubmittedJob;

class AsyncActionsTest {
  private static final ConcurrentLinkedQueue<Object> SEEN = new ConcurrentLinkedQueue<>();

  private final FakeEngine engine = new FakeEngine(2);
  private final BatchContext context =
      new BatchContext(new StreamingConf(false).setAppName("test"), engine);
  private final List<HeldJob<?>> held = new CopyOnWriteArrayList<>();
  private int endsAtOnce;
  private final BatchContext holding =
      new BatchContext(new StreamingConf(false).setAppName("test"), holdingEngine());

  @BeforeEach
  void forget() {
    SEEN.clear();
  }

  /** A job whose partitions end when the test says so. */
  private static final class HeldJob<R> extends SubmittedJob<R> {
    private final List<R> results;
    private final Map<Integer, R> ended = new TreeMap<>();

    HeldJob(List<R> results) {
      this.results = results;
    }

    void end(int partition) {
      ended.put(partition, results.get(partition));
    }

    void endAll() {
      complete(results);
    }

    @Override
    public int jobId() {
      return 77;
    }

    @Override
    public CompletableFuture<Map<Integer, R>> resultsSoFar() {
      return CompletableFuture.completedFuture(ended);
    }
  }

  /** The fake engine, but for submitted jobs, which the test ends. */
  private Engine holdingEngine() {
    return (Engine)
        Proxy.newProxyInstance(
            Engine.class.getClassLoader(),
            new Class<?>[] {Engine.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("submitJob")) {
                return hold(
                    (RddNode) arguments[0],
                    (JobAction<?>) arguments[1],
                    (int) arguments[2],
                    (int) arguments[3]);
              }
              try {
                return method.invoke(engine, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private <R> HeldJob<R> hold(RddNode rdd, JobAction<R> action, int from, int until) {
    HeldJob<R> job = new HeldJob<>(engine.runJob(rdd, action, from, until));
    for (int partition = 0; partition < endsAtOnce; partition++) {
      job.end(partition);
    }
    held.add(job);
    return job;
  }

  @Test
  void givesResultsLater() throws Exception {
    RDD<Integer> numbers = context.parallelize(List.of(1, 2, 3, 4, 5), 4);

    assertThat(numbers.countAsync().get()).isEqualTo(5);
    assertThat(numbers.collectAsync().get()).containsExactly(1, 2, 3, 4, 5);
    assertThat(numbers.takeAsync(1).get()).containsExactly(1);
    assertThat(numbers.takeAsync(4).get(1, TimeUnit.MINUTES)).containsExactly(1, 2, 3, 4);
    assertThat(numbers.takeAsync(9).get()).hasSize(5);
    assertThat(numbers.takeAsync(0).get()).isEmpty();
    numbers.foreachAsync(i -> SEEN.add(i)).get();
    numbers.foreachPartitionAsync(records -> SEEN.add(records.hasNext())).get();
    assertThat(SEEN).hasSize(9).contains(3, true);
  }

  @Test
  void listsItsJobs() throws Exception {
    RDD<Integer> numbers = context.parallelize(List.of(1, 2, 3, 4, 5), 4);

    FutureAction<List<Integer>> two = numbers.takeAsync(5);
    two.get();
    assertThat(two.jobIds()).hasSize(2).doesNotHaveDuplicates();
    FutureAction<List<Integer>> one = numbers.takeAsync(2);
    assertThat(one.get()).hasSize(2);
    assertThat(one.jobIds()).hasSize(1);
    assertThat(one.isDone()).isTrue();
    assertThat(numbers.takeAsync(0).jobIds()).isEmpty();
  }

  @Test
  void failsWithTheFailureOfTheJob() {
    FutureAction<Long> failing = context.parallelize(List.of(0)).map(i -> 1 / i).countAsync();

    assertThatThrownBy(failing::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TASK_FAILED));
  }

  @Test
  void cancelsTheJob() {
    FutureAction<Long> action = holding.parallelize(List.of(1, 2)).countAsync();

    assertThat(action.isDone()).isFalse();
    assertThat(action.jobIds()).containsExactly(77);
    assertThatThrownBy(() -> action.get(0, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(action.cancel(true)).isTrue();
    assertThat(held).singleElement().matches(CompletableFuture::isCancelled);
    assertThat(action.isCancelled()).isTrue();
    assertThatThrownBy(action::get).isInstanceOf(CancellationException.class);
  }

  @Test
  void beginsNoOtherJobAfterItWasCancelled() {
    FutureAction<List<Integer>> action = holding.parallelize(List.of(1, 2, 3, 4), 4).takeAsync(4);

    assertThat(action.cancel(true)).isTrue();
    held.get(0).endAll();
    assertThat(held).hasSize(1);
    assertThat(action.isCancelled()).isTrue();
  }

  @Test
  void knowsTheResultWhenTheJobEndsInTime() {
    PartialResult<BoundedDouble> count =
        context.parallelize(List.of(1, 2, 3), 2).countApprox(60_000);

    assertThat(count.isInitialValueFinal()).isTrue();
    assertThat(count.initialValue()).isEqualTo(new BoundedDouble(3, 1, 3, 3));
    assertThat(count.getFinalValue()).isEqualTo(count.initialValue());
    assertThat(count).hasToString("(final: [3.000, 3.000])");
    assertThat(count.map(BoundedDouble::mean).getFinalValue()).isEqualTo(3.0);
  }

  @Test
  void estimatesFromThePartitionsThatHaveEnded() {
    RDD<Integer> numbers = holding.parallelize(List.of(1, 1, 1, 2, 2, 2, 3, 3), 4);
    List<BoundedDouble> later = new ArrayList<>();

    PartialResult<BoundedDouble> nothing = numbers.countApprox(0);
    assertThat(nothing.isInitialValueFinal()).isFalse();
    assertThat(nothing.initialValue().high()).isInfinite();
    PartialResult<BoundedDouble> handled = nothing.onComplete(later::add);
    assertThat(later).isEmpty();
    held.get(0).endAll();
    assertThat(handled.getFinalValue().mean()).isEqualTo(8);
    endsAtOnce = 2;
    BoundedDouble half = numbers.countApprox(0).initialValue();
    assertThat(half.mean()).isEqualTo(8);
    assertThat(half.low()).isGreaterThanOrEqualTo(4).isLessThan(8);
    assertThat(numbers.countByValueApprox(0).initialValue().get(1).mean()).isEqualTo(6);
    assertThat(later).containsExactly(new BoundedDouble(8, 1, 8, 8));
  }

  @Test
  void boundsSumsMeansAndCountsOfKeys() throws Exception {
    DoubleRDD numbers = holding.parallelizeDoubles(List.of(1.0, 2.0, 3.0, 4.0), 4);
    PairRDD<String, Integer> pairs =
        holding.parallelizePairs(List.of(new Tuple2<>("a", 1), new Tuple2<>("b", 2)), 2);
    Thread ending = new Thread(() -> endEachWhenItIsThere(4));
    ending.start();

    assertThat(numbers.meanApprox(60_000).getFinalValue().mean()).isEqualTo(2.5);
    assertThat(numbers.sumApprox(60_000, 0.5).getFinalValue().mean()).isEqualTo(10.0);
    assertThat(pairs.countByKeyApprox(60_000).initialValue())
        .isEqualTo(Map.of("a", new BoundedDouble(1, 1, 1, 1), "b", new BoundedDouble(1, 1, 1, 1)));
    assertThat(pairs.toRDD().countByValueApprox(60_000).initialValue()).hasSize(2);
    ending.join();
    assertThat(numbers.sumApprox(0).initialValue().confidence()).isZero();
  }

  private void endEachWhenItIsThere(int count) {
    for (int ended = 0; ended < count; ) {
      if (held.size() > ended) {
        held.get(ended++).endAll();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void passesOnTheFailureOfTheJobToAPartialResult() {
    PartialResult<BoundedDouble> count = holding.parallelize(List.of(1, 2), 2).countApprox(0);
    List<RuntimeException> failures = new ArrayList<>();
    MillraceException failure = new MillraceException(ErrorCode.TASK_FAILED, "no luck");
    PartialResult<BoundedDouble> handled = count.onFail(failures::add);

    held.get(0).completeExceptionally(failure);
    assertThat(failures).containsExactly(failure);
    assertThatThrownBy(handled::getFinalValue).isSameAs(failure);
    assertThatThrownBy(() -> context.parallelize(List.of(0)).map(i -> 1 / i).countApprox(60_000))
        .isInstanceOf(MillraceException.class);
    assertThatThrownBy(() -> context.parallelize(List.of(0)).countApprox(1, 2))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("confidence");
  }
}
