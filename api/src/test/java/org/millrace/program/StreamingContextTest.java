package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.spi.StopMode;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.StreamingContextState;
import org.millrace.api.streaming.Time;

class StreamingContextTest {
  private final FakeEngine engine = new FakeEngine(2);
  private final BatchContext batchContext =
      new BatchContext(new StreamingConf(false).setAppName("first"), engine);
  private final StreamingContext context = new StreamingContext(batchContext, Durations.seconds(1));

  @AfterEach
  void stop() {
    context.stop();
  }

  private static void assertCode(ErrorCode code, String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(text);
  }

  private DStream<String> lines() {
    return context.socketTextStream("localhost", 9999);
  }

  @Test
  void goesFromInitializedToActiveToStopped() {
    assertThat(context.getState()).isEqualTo(StreamingContextState.INITIALIZED);
    lines().print();
    context.start();
    assertThat(context.getState()).isEqualTo(StreamingContextState.ACTIVE);
    context.stop();
    assertThat(context.getState()).isEqualTo(StreamingContextState.STOPPED);
    assertThat(engine.stopMode()).isEqualTo(StopMode.NOW);
    assertThat(engine.isClosed()).isTrue();
  }

  @Test
  void stopsGracefullyAndKeepsTheBatchContextWhenAsked() {
    lines().print();
    context.start();
    context.stop(false, true);

    assertThat(engine.stopMode()).isEqualTo(StopMode.GRACEFUL);
    assertThat(engine.isClosed()).isFalse();
    assertThat(batchContext.parallelize(List.of(1)).count()).isOne();
    context.stop(true);
    assertThat(engine.isClosed()).isTrue();
  }

  @Test
  void keepsTheBatchContextWhenConfigured() {
    StreamingConf conf =
        new StreamingConf(false)
            .setAppName("keep")
            .set("millrace.stopBatchContextByDefault", "false");
    FakeEngine kept = new FakeEngine(1);
    new StreamingContext(new BatchContext(conf, kept), Durations.seconds(1)).close();

    assertThat(kept.isClosed()).isFalse();
  }

  @Test
  void canBeStoppedBeforeItIsStartedAndMoreThanOnce() {
    context.stop(false);
    context.stop(false);

    assertThat(context.getState()).isEqualTo(StreamingContextState.STOPPED);
    assertThat(engine.stopMode()).isNull();
  }

  @Test
  void refusesToStartWithoutAnOutput() {
    lines().map(line -> line);

    assertCode(ErrorCode.NO_OUTPUT_OPERATION, "print", context::start);
    assertThat(context.getState()).isEqualTo(StreamingContextState.STOPPED);
  }

  @Test
  void refusesToStartTwice() {
    lines().print();
    context.start();

    assertCode(ErrorCode.ALREADY_STARTED, "call start() once", context::start);
    assertThat(context.getState()).isEqualTo(StreamingContextState.ACTIVE);
  }

  @Test
  void refusesToStartAfterItWasStopped() {
    lines().print();
    context.stop(false);

    assertCode(ErrorCode.ALREADY_STOPPED, "make a new one", context::start);
  }

  @Test
  void refusesDefinitionsAfterTheStart() {
    DStream<String> lines = lines();
    lines.print();
    context.start();

    assertCode(ErrorCode.CHANGE_AFTER_START, "socketTextStream", this::lines);
    assertCode(ErrorCode.CHANGE_AFTER_START, "map after", () -> lines.map(line -> line));
    assertCode(ErrorCode.CHANGE_AFTER_START, "ACTIVE", lines::print);
    assertCode(ErrorCode.CHANGE_AFTER_START, "saveAsTextFiles", () -> lines.saveAsTextFiles("out"));
    assertCode(
        ErrorCode.CHANGE_AFTER_START, "remember", () -> context.remember(Durations.seconds(1)));
    context.stop();
    assertCode(ErrorCode.CHANGE_AFTER_START, "STOPPED", lines::count);
  }

  @Test
  void refusesASecondActiveContext() {
    lines().print();
    context.start();
    StreamingContext second =
        new StreamingContext(
            new BatchContext(new StreamingConf(false).setAppName("second"), new FakeEngine(1)),
            Durations.seconds(1));
    second.socketTextStream("localhost", 1).print();

    assertCode(ErrorCode.ANOTHER_CONTEXT_ACTIVE, "'first'", second::start);
    assertThat(second.getState()).isEqualTo(StreamingContextState.INITIALIZED);
    context.stop();
    second.start();
    assertThat(second.getState()).isEqualTo(StreamingContextState.ACTIVE);
    second.stop();
  }

  @Test
  void letsAnotherContextStartAfterAFailedStart() {
    assertCode(ErrorCode.NO_OUTPUT_OPERATION, "nothing to run", context::start);
    StreamingContext second =
        new StreamingContext(
            new BatchContext(new StreamingConf(false).setAppName("second"), new FakeEngine(1)),
            Durations.seconds(1));
    second.socketTextStream("localhost", 1).print();
    second.start();

    assertThat(second.getState()).isEqualTo(StreamingContextState.ACTIVE);
    second.stop();
  }

  @Test
  void refusesAnIntervalThatIsNotPositive() {
    assertCode(
        ErrorCode.ILLEGAL_USE,
        "0 ms",
        () -> new StreamingContext(batchContext, Durations.seconds(0)));
    assertCode(ErrorCode.ILLEGAL_USE, "-5 ms", () -> context.remember(Durations.milliseconds(-5)));
  }

  @Test
  void waitsUntilItIsStopped() throws Exception {
    lines().print();
    CompletableFuture<Boolean> ended =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                context.awaitTermination();
                return context.awaitTerminationOrTimeout(1);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(context.awaitTerminationOrTimeout(1)).isFalse();
    context.start();
    assertThat(context.awaitTerminationOrTimeout(0)).isFalse();
    assertThat(ended).isNotDone();
    context.stop();

    assertThat(ended.get(2, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void throwsTheFailureOfABatchToWhoWaits() {
    lines()
        .foreachRDD(
            rdd -> {
              throw new IllegalStateException("no such table");
            });
    context.start();
    engine.runBatch(new Time(1000));

    assertThatThrownBy(context::awaitTermination)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BATCH_FAILED))
        .hasMessageContaining("no such table")
        .hasRootCauseInstanceOf(IllegalStateException.class);
    assertThat(context.getState()).isEqualTo(StreamingContextState.STOPPED);
  }

  @Test
  void describesTheGraphWithThePlacesInTheProgram() {
    DStream<String> lines = lines();
    DStream<String> words = lines.filter(line -> !line.isEmpty());
    lines.count();
    words.print();
    words.saveAsTextFiles("out", "txt");
    context.remember(Durations.minutes(1));
    context.start();
    StreamGraph graph = engine.graph();

    assertThat(graph.batchInterval()).isEqualTo(Durations.seconds(1));
    assertThat(graph.rememberDuration()).contains(Durations.minutes(1));
    assertThat(graph.inputs()).containsExactly((InputStreamNode) lines.node());
    assertThat(graph.outputs())
        .extracting(Output::description)
        .satisfiesExactly(
            print -> assertThat(print).matches("print at StreamingContextTest\\.java:\\d+"),
            save -> assertThat(save).startsWith("saveAsTextFiles at StreamingContextTest.java:"));
    assertThat(graph.neededStreams()).containsExactly(lines.node(), words.node());
    assertThat(graph.neededStreams()).extracting(StreamNode::id).containsExactly(0, 1);
    assertThat(words.node().name()).isEqualTo("filter");
    assertThat(words.node().slide()).isEqualTo(Durations.seconds(1));
  }

  @Test
  void opensTheEngineThatAcceptsTheMaster() {
    StreamingContext opened = new StreamingContext("fake[5]", "opened", Durations.seconds(1));

    assertThat(opened.sparkContext().defaultParallelism()).isEqualTo(5);
    assertThat(opened.batchContext().master()).isEqualTo("fake[5]");
    assertThat(opened.batchContext().appName()).isEqualTo("opened");
    opened.close();
  }

  @Test
  void letsTheMasterOfTheCommandLineWin() {
    System.setProperty(StreamingConf.MASTER, "fake[7]");
    try (BatchContext opened = new BatchContext("fake[1]", "opened")) {
      assertThat(opened.defaultParallelism()).isEqualTo(7);
      assertThat(opened.master()).isEqualTo("fake[7]");
      assertThat(opened.getConf().get(StreamingConf.MASTER)).isEqualTo("fake[7]");
    } finally {
      System.clearProperty(StreamingConf.MASTER);
    }
  }

  @Test
  void saysWhichArtifactHasTheEngine() {
    assertCode(
        ErrorCode.NO_ENGINE, "org.millrace:millrace-am", () -> new BatchContext("mesos", "name"));
  }

  @Test
  void requiresMasterAndName() {
    assertCode(
        ErrorCode.INVALID_CONFIGURATION_VALUE,
        "millrace.master",
        () -> new BatchContext(new StreamingConf(false).setAppName("name")));
    assertCode(
        ErrorCode.INVALID_CONFIGURATION_VALUE,
        "millrace.app.name",
        () -> new BatchContext(new StreamingConf(false).setMaster("fake[1]")));
  }
}
