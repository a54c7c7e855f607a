package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.api.sink.PreparedBatch;
import org.millrace.api.sink.Sink;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkCommitter;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.sink.SinkWriter;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Time;

/** A program with a sink of its own. */
class SinkTest {
  /** What was committed; static, as an executor's copy of a sink reaches nothing else. */
  private static final List<String> COMMITTED = Collections.synchronizedList(new ArrayList<>());

  private final ScriptedRun run = new ScriptedRun();
  private final DStream<Integer> numbers =
      run.input(List.of(List.of(1, 2, 3), List.of(), List.of(4)));

  @BeforeEach
  void forget() {
    COMMITTED.clear();
  }

  @AfterEach
  void stop() {
    run.close();
  }

  @Test
  void aSinkGetsTheRecordsOfEachBatchByPartition() throws Exception {
    numbers.writeTo("numbers", new Recording());
    numbers.mapToPair(n -> new Tuple2<>(n, -n)).writeTo("pairs", new Recording());
    run.runTo(3);

    assertThat(COMMITTED)
        .containsExactly(
            "numbers 1000 [1]", "numbers 1000 [2, 3]",
            "pairs 1000 [(1,-1)]", "pairs 1000 [(2,-2), (3,-3)]",
            "numbers 3000 [4]", "pairs 3000 [(4,-4)]");
  }

  @Test
  void foreachRddMayAskForTimeAndEpoch() throws Exception {
    List<String> calls = new ArrayList<>();
    numbers.foreachRDD(
        (rdd, time, epoch) -> calls.add(time.milliseconds() + " e" + epoch + " " + rdd.collect()));
    run.runTo(1);
    assertThat(calls).containsExactly("1000 e1 [1, 2, 3]");
  }

  @Test
  void outputsHaveNamesOfTheirOwn() {
    numbers.writeTo("a.b_c-1", new Recording());
    assertThatThrownBy(() -> numbers.writeTo("a.b_c-1", new Recording()))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("writeTo 'a.b_c-1' at SinkTest.java")
        .hasMessageContaining("give each output a name of its own");
    for (String name : new String[] {"", "a b", "ä", "x".repeat(101), null}) {
      assertThatThrownBy(() -> numbers.writeTo(name, new Recording()))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
          .hasMessageContaining("'" + name + "' cannot be the name of an output");
    }
  }

  @Test
  void aSinkThatCannotBeSentIsRefusedAtTheStart() {
    Recording sink = new Recording();
    sink.captured = new Object();
    numbers.writeTo("numbers", sink);
    assertThatThrownBy(() -> run.runTo(1))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE))
        .hasMessageContaining("the sink of writeTo 'numbers' at SinkTest.java")
        .hasMessageContaining("captured");
  }

  /** Stages in its message. */
  private static final class Recording implements Sink<Object> {
    private static final long serialVersionUID = 1L;

    private Object captured = "";

    @Override
    public SinkWriter<Object> open(SinkAttempt attempt) {
      List<Object> records = new ArrayList<>();
      return new SinkWriter<>() {
        @Override
        public void write(Object record) {
          records.add(record);
        }

        @Override
        public byte[] prepare() {
          return records.isEmpty()
              ? new byte[0]
              : (captured + records.toString()).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void abort() {
          throw new AssertionError("nothing fails here");
        }

        @Override
        public void close() {
          records.clear();
        }
      };
    }

    @Override
    public SinkCommitter committer(SinkContext context) {
      return new SinkCommitter() {
        @Override
        public CommitOutcome commit(PreparedBatch batch) {
          for (byte[] message : batch.messages()) {
            COMMITTED.add(
                context.outputId()
                    + " "
                    + batch.batchTime().milliseconds()
                    + " "
                    + new String(message, StandardCharsets.UTF_8));
          }
          return CommitOutcome.done();
        }

        @Override
        public void abort(PreparedBatch batch) {
          throw new AssertionError("nothing fails here");
        }

        @Override
        public void cleanUp(Time until) {
          throw new AssertionError("nothing is left");
        }

        @Override
        public void close() {
          COMMITTED.remove("open " + context);
        }
      };
    }
  }
}
