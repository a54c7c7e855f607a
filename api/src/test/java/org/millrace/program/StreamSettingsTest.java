package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.program.ScriptedRun.batches;
import static org.millrace.program.ScriptedRun.randomPairs;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.Partitioner;
import org.millrace.api.StorageLevels;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.StreamSettings;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.InputDStream;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.PairReceiverInputDStream;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.BatchInfo;
import org.millrace.api.streaming.scheduler.StatsReportListener;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchCompleted;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchStarted;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchSubmitted;
import org.millrace.api.streaming.scheduler.StreamingListenerOutputOperationCompleted;
import org.millrace.api.streaming.scheduler.StreamingListenerOutputOperationStarted;
import org.millrace.api.streaming.scheduler.StreamingListenerStreamingStarted;

class StreamSettingsTest {
  private final FakeEngine engine = new FakeEngine(2);
  private final StreamingContext context =
      new StreamingContext(
          new BatchContext(new StreamingConf(false).setAppName("test"), engine),
          Durations.seconds(1));
  private final DStream<String> lines = context.socketTextStream("localhost", 1);
  private final PairDStream<String, Integer> pairs = lines.mapToPair(line -> new Tuple2<>(line, 1));

  @AfterEach
  void stop() {
    context.stop();
  }

  private static void assertCode(ErrorCode code, ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(parts);
  }

  // ---- checkpoint directory

  private void assertNeedsDirectory(PairDStream<?, ?> stream, String name) {
    stream.print();
    assertCode(
        ErrorCode.NO_CHECKPOINT_DIRECTORY,
        context::start,
        name + " at StreamSettingsTest.java:",
        "checkpoint(directory)");
  }

  @Test
  void stateNeedsACheckpointDirectory() {
    assertNeedsDirectory(
        pairs.updateStateByKey((values, state) -> Optional.of(1)), "updateStateByKey");
  }

  @Test
  void mapWithStateNeedsACheckpointDirectory() {
    assertNeedsDirectory(
        pairs
            .mapWithState(
                StateSpec.<String, Integer, Integer, Integer>function((key, value, state) -> 1))
            .stateSnapshots(),
        "mapWithState");
  }

  @Test
  void aWindowWithAnInverseNeedsACheckpointDirectory() {
    assertNeedsDirectory(
        pairs.reduceByKeyAndWindow(Integer::sum, (all, left) -> all - left, batches(4), batches(2)),
        "reduceByKeyAndWindow");
  }

  @Test
  void aWindowWithoutAnInverseNeedsNone() {
    pairs.reduceByKeyAndWindow(Integer::sum, batches(2)).print();
    pairs.groupByKeyAndWindow(batches(2)).print();
    lines.reduceByWindow((l, r) -> l + r, batches(2), batches(1)).print();
    context.start();

    assertThat(engine.graph().checkpointDirectory()).isEmpty();
  }

  @Test
  void tellsTheEngineTheCheckpointDirectory() {
    context.checkpoint("hdfs:///checkpoints");
    lines.countByWindow(batches(2), batches(1)).print();
    context.start();

    assertThat(engine.graph().checkpointDirectory()).contains("hdfs:///checkpoints");
    assertCode(ErrorCode.CHANGE_AFTER_START, () -> context.checkpoint("other"), "checkpoint");
  }

  // ---- settings of streams

  private StreamSettings settings(StreamNode node) {
    return engine.graph().settings(node);
  }

  @Test
  void remembersHowStreamsAreKept() {
    DStream<String> window = lines.window(batches(2)).persist(StorageLevels.MEMORY_AND_DISK);
    DStream<String> words = lines.filter(line -> true).cache();
    window.union(words).print();
    context.start();

    assertThat(settings(window.node()).storageLevel()).contains(StorageLevels.MEMORY_AND_DISK);
    assertThat(settings(words.node()).storageLevel()).contains(StorageLevels.MEMORY_ONLY_SER);
    assertThat(settings(lines.node())).isEqualTo(StreamSettings.NONE);
    assertCode(ErrorCode.CHANGE_AFTER_START, words::persist, "persist");
  }

  @Test
  void namesTheStateBehindAView() {
    context.checkpoint("checkpoints");
    DStream<Long> counts =
        lines.countByWindow(batches(4), batches(2)).uid("count").checkpoint(batches(4));
    counts.print();
    context.start();
    StreamGraph graph = engine.graph();

    List<StreamNode> named =
        graph.neededStreams().stream()
            .filter(stream -> graph.settings(stream).uid().isPresent())
            .toList();
    assertThat(named).hasSize(1);
    assertThat(named.get(0).name()).isEqualTo("countByWindow");
    assertThat(named.get(0)).isInstanceOf(org.millrace.api.graph.StatefulStreamNode.class);
    assertThat(settings(named.get(0)).uid()).contains("count");
    assertThat(settings(named.get(0)).checkpointInterval()).contains(batches(4));
  }

  @Test
  void refusesNamesAndIntervalsThatCannotBe() {
    lines.uid("lines");

    assertCode(
        ErrorCode.ILLEGAL_USE, () -> pairs.uid("lines"), "mapToPair at", "'lines'", "socketText");
    assertCode(ErrorCode.ILLEGAL_USE, () -> pairs.uid(" "), "blank");
    assertCode(
        ErrorCode.ILLEGAL_USE, () -> pairs.checkpoint(Durations.milliseconds(1500)), "1500 ms");
    assertCode(ErrorCode.ILLEGAL_USE, () -> context.checkpoint(""), "blank");
  }

  @Test
  void showsInputsAsTheyAre() {
    PairReceiverInputDStream<String, Integer> input =
        PairReceiverInputDStream.fromReceiverInputDStream(
            context.receiverStream(new PairReceiver()));
    InputDStream<Tuple2<String, Integer>> plain = input.inputDStream();

    assertThat(input.receiverInputDStream().node()).isSameAs(plain.node());
    assertThat(plain.inputDStream()).isSameAs(plain);
    assertThat(lines.dstream()).isSameAs(lines);
  }

  private static final class PairReceiver
      extends org.millrace.api.streaming.receiver.Receiver<Tuple2<String, Integer>> {
    private static final long serialVersionUID = 1L;

    PairReceiver() {
      super(StorageLevels.MEMORY_ONLY);
    }

    @Override
    public void onStart() {}

    @Override
    public void onStop() {}
  }

  // ---- functions that cannot be sent

  @Test
  void checksFunctionsOfState() {
    context.checkpoint("checkpoints");
    Socket socket = new Socket();
    pairs.updateStateByKey((values, state) -> Optional.of(socket)).print();

    assertCode(
        ErrorCode.FUNCTION_NOT_SERIALIZABLE,
        context::start,
        "the function of updateStateByKey at",
        "java.net.Socket");
  }

  @Test
  void checksFunctionsOfWindows() {
    context.checkpoint("checkpoints");
    Socket socket = new Socket();
    pairs
        .reduceByKeyAndWindow(
            Integer::sum,
            (all, left) -> all - left,
            batches(2),
            batches(1),
            1,
            pair -> socket.isConnected())
        .print();

    assertCode(
        ErrorCode.FUNCTION_NOT_SERIALIZABLE, context::start, "reduceByKeyAndWindow at", "Socket");
  }

  @Test
  void checksFunctionsBehindInitialState() {
    context.checkpoint("checkpoints");
    Socket socket = new Socket();
    PairRDD<String, Integer> initial =
        context
            .sparkContext()
            .parallelizePairs(List.of(new Tuple2<>("a", 1)))
            .filter(pair -> socket.isConnected())
            .reduceByKey(Integer::sum);
    pairs.updateStateByKey((values, state) -> state, new HashPartitioner(2), initial).print();

    assertCode(
        ErrorCode.FUNCTION_NOT_SERIALIZABLE, context::start, "the initial state of", "Socket");
  }

  private static final class SocketPartitioner extends Partitioner {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings({"serial", "unused"}) // what the test is about
    private final Object socket = new Socket();

    @Override
    public int numPartitions() {
      return 1;
    }

    @Override
    public int getPartition(Object key) {
      return 0;
    }
  }

  @Test
  void checksPartitioners() {
    pairs.groupByKeyAndWindow(batches(2), batches(1), new SocketPartitioner()).print();

    assertCode(
        ErrorCode.FUNCTION_NOT_SERIALIZABLE, context::start, "SocketPartitioner", "field 'socket'");
  }

  @Test
  void refusesInitialStateOfAnotherContext() {
    BatchContext other =
        new BatchContext(new StreamingConf(false).setAppName("other"), new FakeEngine(1));
    PairRDD<String, Integer> initial = other.parallelizePairs(List.of(new Tuple2<>("a", 1)));

    assertCode(
        ErrorCode.ILLEGAL_USE,
        () -> pairs.updateStateByKey((values, state) -> state, new HashPartitioner(1), initial),
        "initial state",
        "another context");
  }

  // ---- datasets of other times

  @Test
  void slicesAStream() throws Exception {
    try (ScriptedRun run = withoutThisContext()) {
      DStream<Tuple2<String, Integer>> stream =
          run.pairs(randomPairs(8, 6)).toDStream().window(batches(1), batches(2));
      List<Long> counts = new ArrayList<>();
      List<Integer> sizes = new ArrayList<>();
      List<Object> missing = new ArrayList<>();
      stream.foreachRDD(
          (rdd, time) -> {
            sizes.add(stream.slice(new Time(0), time.plus(batches(1))).size());
            counts.add(stream.compute(time).count() - rdd.count());
            missing.add(String.valueOf(stream.compute(time.minus(batches(1)))));
          });
      assertCode(ErrorCode.ILLEGAL_USE, () -> stream.compute(new Time(1000)), "before the first");
      run.runTo(6);

      assertThat(sizes).containsExactly(1, 2, 3);
      assertThat(counts).containsOnly(0L);
      assertThat(missing).containsOnly("null");
      assertCode(
          ErrorCode.ILLEGAL_USE, () -> stream.slice(new Time(2000), new Time(8000)), "8000 ms");
    }
  }

  private ScriptedRun withoutThisContext() {
    context.stop();
    return new ScriptedRun();
  }

  // ---- contexts and listeners

  @Test
  void findsTheActiveContext() {
    assertThat(StreamingContext.getActive().isPresent()).isFalse();
    assertThat(StreamingContext.getActiveOrCreate(() -> context)).isSameAs(context);
    lines.print();
    context.start();

    assertThat(StreamingContext.getActive().get()).isSameAs(context);
    assertThat(
            StreamingContext.getActiveOrCreate(
                () -> {
                  throw new AssertionError("there is an active context");
                }))
        .isSameAs(context);
    context.stop();
    assertThat(StreamingContext.getActive().isPresent()).isFalse();
    assertCode(
        ErrorCode.ILLEGAL_USE,
        () ->
            StreamingContext.getActiveOrCreate(
                () -> {
                  throw new java.io.IOException("no such host");
                }),
        "no such host");
  }

  @Test
  void findsTheJarOfAClass() {
    assertThat(StreamingContext.jarOfClass(Test.class)).hasSize(1);
    assertThat(StreamingContext.jarOfClass(Test.class)[0]).endsWith(".jar").startsWith("/");
    assertThat(StreamingContext.jarOfClass(String.class)).isEmpty();
  }

  @Test
  void tellsListenersOfEachBatchInOrder() {
    List<String> events = new ArrayList<>();
    StreamingListener listener =
        new StreamingListener() {
          @Override
          public void onStreamingStarted(StreamingListenerStreamingStarted started) {
            events.add("started");
          }

          @Override
          public void onBatchSubmitted(StreamingListenerBatchSubmitted submitted) {
            events.add("submitted " + submitted.batchInfo().batchTime());
          }

          @Override
          public void onBatchStarted(StreamingListenerBatchStarted started) {
            events.add("begun " + started.batchInfo().schedulingDelay().get());
          }

          @Override
          public void onOutputOperationStarted(StreamingListenerOutputOperationStarted started) {
            events.add("output " + started.outputOperationInfo().id());
          }

          @Override
          public void onOutputOperationCompleted(
              StreamingListenerOutputOperationCompleted completed) {
            events.add("output done " + completed.outputOperationInfo().duration().get());
          }

          @Override
          public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
            events.add("done " + completed.batchInfo().totalDelay().get());
          }
        };
    context.addStreamingListener(listener);
    lines.foreachRDD(rdd -> rdd.count());
    context.start();
    engine.runBatch(new Time(1000));
    context.removeStreamingListener(listener);
    engine.runBatch(new Time(2000));

    assertThat(events)
        .containsExactly(
            "started", "submitted 1000 ms", "begun 0", "output 0", "output done 0", "done 0");
  }

  @Test
  void reportsTheDelaysOfTheLastBatches() {
    List<String> lastReport = new ArrayList<>();
    StatsReportListener listener = new StatsReportListener(2, lastReport::add);
    for (long delayMs : List.of(100, 10, 20)) {
      lastReport.clear();
      listener.onBatchCompleted(
          new StreamingListenerBatchCompleted(
              new BatchInfo(
                  new Time(1000),
                  java.util.Map.of(),
                  1000,
                  Optional.of(1000 + delayMs),
                  Optional.of(1000 + delayMs * 3),
                  java.util.Map.of())));
    }

    assertThat(lastReport)
        .hasSize(6)
        .startsWith("Total delay: (count: 2, mean: 45.000, stdev: 15.000, max: 60, min: 30)")
        .contains("Processing time: (count: 2, mean: 30.000, stdev: 10.000, max: 40, min: 20)");
    assertThat(lastReport.get(1)).contains("0%", "50%", "100%");
    assertThat(lastReport.get(2)).startsWith("\t30 ms").endsWith("\t60 ms");
  }
}
