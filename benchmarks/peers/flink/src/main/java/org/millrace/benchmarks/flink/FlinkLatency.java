package org.millrace.benchmarks.flink;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple5;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingProcessingTimeWindows;
import org.apache.flink.util.Collector;
import org.millrace.benchmarks.workload.LatencyRecorder;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;

/**
 * Word count at a fixed rate. The first word of a line carries when the line was due; a result says
 * from when to when the lines in it were due and how many they are. By window of an interval
 * ({@code mode=window}), or a running count for each word ({@code mode=record}).
 */
final class FlinkLatency {
  private static final TypeInformation<Tuple2<String, Long>> LINE =
      Types.TUPLE(Types.STRING, Types.LONG);

  /** Word, count, lines, and when the first and the last line was due. */
  private static final TypeInformation<Tuple5<String, Integer, Integer, Long, Long>> WORD =
      Types.TUPLE(Types.STRING, Types.INT, Types.INT, Types.LONG, Types.LONG);

  private static final long DRAIN_MS = 2_000;
  private static volatile LatencyRecorder recorder;

  private FlinkLatency() {}

  static RunReport run(FlinkEngine engine, RunSpec spec) throws Exception {
    Inputs.endless(spec.pool(), spec.cores(), spec.rate(), 0);
    Results.begin();
    recorder = new LatencyRecorder(0, 0);
    try (FlinkRun run = new FlinkRun(spec)) {
      DataStream<Tuple2<String, Long>> lines =
          run.source(new GeneratedSource<>((line, record, due) -> Tuple2.of(line, due)), LINE);
      KeyedStream<Tuple5<String, Integer, Integer, Long, Long>, String> words =
          words(lines).keyBy(word -> word.f0);
      DataStream<Tuple5<String, Integer, Integer, Long, Long>> counts =
          spec.option("mode", "window").equals("record")
              ? words.process(new RunningCount()).returns(WORD)
              : words
                  .window(TumblingProcessingTimeWindows.of(Duration.ofMillis(spec.intervalMs())))
                  .reduce(FlinkLatency::plus);
      counts.sinkTo(Results.counting(FlinkLatency::record));
      run.start();
      run.run(spec.warmUpMs());
      long from = System.nanoTime();
      LatencyRecorder latency =
          new LatencyRecorder(from, from + TimeUnit.MILLISECONDS.toNanos(spec.measureMs()));
      recorder = latency;
      Measurement span = Measurement.begin();
      run.run(spec.measureMs());
      long endNanos = System.nanoTime();
      long cpuNanos = span.cpuNanosSoFar();
      // Outputs of what was created in the span.
      run.run(DRAIN_MS + spec.intervalMs());
      RunReport report = span.end(engine, spec, latency.records(), endNanos, cpuNanos);
      latency.addTo(report);
      latency.addHoldsTo(report, spec);
      return report;
    }
  }

  private static DataStream<Tuple5<String, Integer, Integer, Long, Long>> words(
      DataStream<Tuple2<String, Long>> lines) {
    return lines
        .<Tuple5<String, Integer, Integer, Long, Long>>flatMap(
            (line, out) -> {
              int first = 1;
              for (String word : line.f0.split(" ")) {
                out.collect(Tuple5.of(word, 1, first, line.f1, line.f1));
                first = 0;
              }
            })
        .returns(WORD);
  }

  private static Tuple5<String, Integer, Integer, Long, Long> plus(
      Tuple5<String, Integer, Integer, Long, Long> a,
      Tuple5<String, Integer, Integer, Long, Long> b) {
    if (a.f2 == 0 || b.f2 == 0) {
      Tuple5<String, Integer, Integer, Long, Long> lines = a.f2 == 0 ? b : a;
      return Tuple5.of(a.f0, a.f1 + b.f1, lines.f2, lines.f3, lines.f4);
    }
    return Tuple5.of(a.f0, a.f1 + b.f1, a.f2 + b.f2, Math.min(a.f3, b.f3), Math.max(a.f4, b.f4));
  }

  private static long record(Tuple5<String, Integer, Integer, Long, Long> count) {
    if (count.f2 > 0) {
      recorder.output(count.f3, count.f4, count.f2, System.nanoTime());
    }
    return count.f1;
  }

  private static final class RunningCount
      extends KeyedProcessFunction<
          String,
          Tuple5<String, Integer, Integer, Long, Long>,
          Tuple5<String, Integer, Integer, Long, Long>> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Integer> sum;

    @Override
    public void open(OpenContext context) {
      sum = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.INT));
    }

    @Override
    public void processElement(
        Tuple5<String, Integer, Integer, Long, Long> word,
        Context context,
        Collector<Tuple5<String, Integer, Integer, Long, Long>> out)
        throws Exception {
      Integer before = sum.value();
      int now = before == null ? word.f1 : before + word.f1;
      sum.update(now);
      out.collect(Tuple5.of(word.f0, now, word.f2, word.f3, word.f4));
    }
  }
}
