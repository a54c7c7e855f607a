package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.api.sink.PreparedBatch;
import org.millrace.api.sink.Sink;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkAwayException;
import org.millrace.api.sink.SinkCommitter;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.sink.SinkWriter;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.Time;

/** Sinks of a program on an engine of two slots: which calls they get when tasks fail. */
class LocalSinksTest {
  private static final int BATCHES = 8;
  private static final int RECORDS = 10;

  /** What sinks were asked for; static, as a task's copy of a sink reaches nothing else. */
  private static final List<String> CALLS = Collections.synchronizedList(new ArrayList<>());

  private static final Set<String> FAILED = Collections.synchronizedSet(new HashSet<>());

  /** How many more writes the sink answers with being away. */
  private static final AtomicInteger AWAY = new AtomicInteger();

  // Volatile: set by a test, counted down by the driver's threads.
  private static volatile CountDownLatch cleanedUp;

  private final CountDownLatch done = new CountDownLatch(BATCHES);

  @BeforeEach
  void forget() {
    CALLS.clear();
    FAILED.clear();
    AWAY.set(0);
    cleanedUp = new CountDownLatch(1);
  }

  @Test
  void eachBatchIsCommittedOnceInOrderAndFailedAttemptsAreAborted() throws Exception {
    StreamingContext context = context();
    numbers(context).writeTo("numbers", new Recording(0, n -> n % 9 == 4));
    run(context);

    List<String> committed = calls("commit ");
    assertThat(committed).hasSize(BATCHES).isSorted().doesNotHaveDuplicates();
    assertThat(
            String.join(" ", committed).replaceAll("commit \\S+ e1 \\S+", "").strip().split("\\s+"))
        .containsExactly(
            IntStream.range(0, BATCHES * RECORDS)
                .mapToObj(Integer::toString)
                .toArray(String[]::new));
    assertThat(FAILED).hasSizeGreaterThan(5);
    // An attempt that failed is given up after it was reported, while another one runs.
    int attempts = 2 * BATCHES + FAILED.size();
    long deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (calls("close attempt").size() < attempts && System.nanoTime() - deadlineNanos < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(calls("abort attempt")).hasSameSizeAs(FAILED);
    assertThat(calls("close attempt")).hasSize(attempts);
    assertThat(calls("open").stream().distinct()).hasSize(attempts);
    assertThat(calls("clean up")).isNotEmpty();
    context.close();
    assertThat(calls("close committer")).hasSize(1);
  }

  @Test
  void batchesForWhichNothingIsStagedAreNotCommitted() throws Exception {
    StreamingContext context = context();
    numbers(context).filter(n -> n < 15).writeTo("numbers", new Recording(0, n -> false));
    run(context);
    context.close();

    assertThat(calls("commit ")).hasSize(2);
  }

  @Test
  void aSinkThatIsAwayHoldsTheStreamUpUntilItIsBack() throws Exception {
    AWAY.set(20);
    StreamingContext context = context();
    DStream<Integer> numbers = input(context);
    numbers.writeTo("numbers", new Recording(0, n -> false));
    numbers.foreachRDD(rdd -> done.countDown());
    run(context);

    assertThat(AWAY).hasValue(0);
    List<String> committed = calls("commit ");
    assertThat(committed).hasSize(BATCHES).isSorted();
    assertThat(
            String.join(" ", committed).replaceAll("commit \\S+ e1 \\S+", "").strip().split("\\s+"))
        .hasSize(BATCHES * RECORDS);
  }

  @Test
  void aSinkThatStaysAwayStopsTheStream() {
    AWAY.set(Integer.MAX_VALUE);
    StreamingContext context =
        new StreamingContext(
            conf().set("millrace.output.publishTimeout", "1s"), Durations.milliseconds(50));
    input(context).writeTo("numbers", new Recording(0, n -> false));
    context.start();

    assertThatThrownBy(() -> context.awaitTerminationOrTimeout(120_000))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SINK_AWAY))
        .hasMessageContaining("the sink is away: nobody answers");
    context.stop();
    assertThat(calls("commit ")).isEmpty();
  }

  @Test
  void aMessageThatIsTooLargeStopsTheApplication() throws Exception {
    StreamingContext context = context();
    numbers(context).writeTo("numbers", new Recording(SinkWriter.MAX_MESSAGE_BYTES, n -> false));
    context.start();

    assertThatThrownBy(() -> context.awaitTerminationOrTimeout(120_000))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("the sink of output 'numbers' prepared a message of")
        .hasMessageContaining("at most 16384 can be kept");
    context.stop();
    assertThat(calls("commit ")).isEmpty();
  }

  private static StreamingContext context() {
    return new StreamingContext(conf(), Durations.milliseconds(50));
  }

  private static StreamingConf conf() {
    return new StreamingConf().setMaster("local[2]").setAppName("sinks");
  }

  private DStream<Integer> numbers(StreamingContext context) {
    DStream<Integer> numbers = input(context);
    numbers.foreachRDD(rdd -> done.countDown());
    return numbers;
  }

  private static DStream<Integer> input(StreamingContext context) {
    Queue<RDD<Integer>> queue = new ArrayDeque<>();
    for (int batch = 0; batch < BATCHES; batch++) {
      List<Integer> records =
          IntStream.range(batch * RECORDS, (batch + 1) * RECORDS).boxed().toList();
      queue.add(context.sparkContext().parallelize(records, 2));
    }
    return context.queueStream(queue);
  }

  private void run(StreamingContext context) throws InterruptedException {
    context.start();
    assertThat(done.await(2, TimeUnit.MINUTES)).as("%s", CALLS).isTrue();
    // Soon after the first commit, by a thread that no stop waits for.
    assertThat(cleanedUp.await(2, TimeUnit.MINUTES)).as("%s", CALLS).isTrue();
    context.stop(true, true);
  }

  private static List<String> calls(String beginning) {
    synchronized (CALLS) {
      return CALLS.stream().filter(call -> call.startsWith(beginning)).toList();
    }
  }

  /** Which record fails the first attempt that meets it. */
  private interface Failing extends Serializable {
    boolean at(int record);
  }

  /** Stages in its message. */
  private static final class Recording implements Sink<Integer> {
    private static final long serialVersionUID = 1L;

    private final int padding;
    private final Failing failing;

    Recording(int padding, Failing failing) {
      this.padding = padding;
      this.failing = failing;
    }

    @Override
    public SinkWriter<Integer> open(SinkAttempt attempt) {
      String name = attempt.batchTime().milliseconds() + " " + attempt.name();
      CALLS.add("open " + name);
      StringBuilder records = new StringBuilder(" ".repeat(padding));
      return new SinkWriter<>() {
        @Override
        public void write(Integer record) throws SinkAwayException {
          if (AWAY.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new SinkAwayException("nobody answers", null);
          }
          if (failing.at(record) && FAILED.add("record " + record)) {
            throw new IllegalStateException("injected");
          }
          records.append(record).append(' ');
        }

        @Override
        public byte[] prepare() {
          return records.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void abort() {
          CALLS.add("abort attempt " + name);
        }

        @Override
        public void close() {
          CALLS.add("close attempt " + name);
        }
      };
    }

    @Override
    public SinkCommitter committer(SinkContext context) {
      return new SinkCommitter() {
        @Override
        public CommitOutcome commit(PreparedBatch batch) {
          StringBuilder staged = new StringBuilder();
          batch.messages().forEach(m -> staged.append(new String(m, StandardCharsets.UTF_8)));
          SinkContext output = batch.output();
          CALLS.add(
              "commit "
                  + batch.batchTime().milliseconds()
                  + " e"
                  + output.epoch()
                  + " "
                  + output.outputId()
                  + " "
                  + staged);
          return CommitOutcome.done();
        }

        @Override
        public void abort(PreparedBatch batch) {
          CALLS.add("abort batch");
        }

        @Override
        public void cleanUp(Time until) {
          CALLS.add("clean up " + until.milliseconds());
          cleanedUp.countDown();
        }

        @Override
        public void close() {
          CALLS.add("close committer");
        }
      };
    }
  }
}
