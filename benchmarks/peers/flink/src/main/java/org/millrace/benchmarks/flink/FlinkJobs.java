package org.millrace.benchmarks.flink;

import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.SlidingProcessingTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingProcessingTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.millrace.benchmarks.workload.Ads;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.Scenario;

/** The programs of the scenarios, as a user would write them. */
final class FlinkJobs {
  static final TypeInformation<Tuple2<String, Integer>> COUNT =
      Types.TUPLE(Types.STRING, Types.INT);
  static final TypeInformation<Tuple2<String, Long>> SUM = Types.TUPLE(Types.STRING, Types.LONG);
  private static final int PANES_OF_CHECK_SLIDE = 10;
  private static final ReduceFunction<Tuple2<String, Integer>> PLUS =
      (a, b) -> Tuple2.of(a.f0, a.f1 + b.f1);

  private FlinkJobs() {}

  /** (word, count) of each interval of processing time. */
  static DataStream<Tuple2<String, Integer>> wordCount(DataStream<String> lines, int intervalMs) {
    return words(lines)
        .keyBy(word -> word.f0)
        .window(TumblingProcessingTimeWindows.of(Duration.ofMillis(intervalMs)))
        .reduce(PLUS);
  }

  private static DataStream<Tuple2<String, Integer>> words(DataStream<String> lines) {
    return lines
        .<Tuple2<String, Integer>>flatMap(
            (line, out) -> {
              for (String word : line.split(" ")) {
                out.collect(Tuple2.of(word, 1));
              }
            })
        .returns(COUNT);
  }

  /** The lines with the needle. */
  static DataStream<String> grep(DataStream<String> lines) {
    return lines.filter(line -> line.contains(RecordPool.NEEDLE));
  }

  /** (word, count) of the last intervals of processing time, slid by one. */
  static DataStream<Tuple2<String, Integer>> windowCount(DataStream<String> lines, int intervalMs) {
    return words(lines)
        .keyBy(word -> word.f0)
        .window(
            SlidingProcessingTimeWindows.of(
                Duration.ofMillis((long) Scenario.WINDOW_PANES * intervalMs),
                Duration.ofMillis(intervalMs)))
        .reduce(PLUS);
  }

  /**
   * Windows of the same length on event time, whose interval is a pane: (word, count) of the window
   * that ends with the last pane. Slid by ten panes: by one, a check would take minutes.
   */
  static DataStream<Tuple2<String, Integer>> windowCountOfPanes(
      DataStream<Tuple2<String, Integer>> linesOfPanes, int intervalMs) {
    WatermarkStrategy<Tuple2<String, Integer>> panes =
        WatermarkStrategy.<Tuple2<String, Integer>>forMonotonousTimestamps()
            .withTimestampAssigner((line, time) -> (long) line.f1 * intervalMs);
    long endMs = (long) Scenario.CHECK_PANES * intervalMs;
    WindowFunction<Tuple2<String, Integer>, Tuple2<String, Integer>, String, TimeWindow> last =
        (word, window, counts, out) -> {
          if (window.getEnd() == endMs) {
            counts.forEach(out::collect);
          }
        };
    return words(linesOfPanes.assignTimestampsAndWatermarks(panes).map(line -> line.f0))
        .keyBy(word -> word.f0)
        .window(
            SlidingEventTimeWindows.of(
                Duration.ofMillis((long) Scenario.WINDOW_PANES * intervalMs),
                Duration.ofMillis((long) PANES_OF_CHECK_SLIDE * intervalMs)))
        .reduce(PLUS, last, COUNT);
  }

  /** (key, sum so far) for each record. */
  static DataStream<Tuple2<String, Long>> runningCount(DataStream<String> lines) {
    return lines
        .map(
            line -> {
              int comma = line.indexOf(',');
              return Tuple2.of(line.substring(0, comma), Long.parseLong(line.substring(comma + 1)));
            })
        .returns(SUM)
        .keyBy(value -> value.f0)
        .process(new RunningSum())
        .returns(SUM);
  }

  private static final class RunningSum
      extends KeyedProcessFunction<String, Tuple2<String, Long>, Tuple2<String, Long>> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Long> sum;

    @Override
    public void open(OpenContext context) {
      sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Types.LONG));
    }

    @Override
    public void processElement(
        Tuple2<String, Long> value, Context context, Collector<Tuple2<String, Long>> out)
        throws Exception {
      Long before = sum.value();
      long now = before == null ? value.f1 : before + value.f1;
      sum.update(now);
      out.collect(Tuple2.of(value.f0, now));
    }
  }

  /** (campaign and window, views) of each window of event time. */
  static DataStream<Tuple2<String, Long>> ads(
      DataStream<String> events, Map<String, String> campaigns) {
    WatermarkStrategy<Tuple2<String, Long>> eventTime =
        WatermarkStrategy.<Tuple2<String, Long>>forMonotonousTimestamps()
            .withTimestampAssigner((view, time) -> view.f1);
    WindowFunction<Long, Tuple2<String, Long>, String, TimeWindow> named =
        (campaign, window, counts, out) ->
            counts.forEach(
                count -> out.collect(Tuple2.of(Ads.key(campaign, window.getStart()), count)));
    return events
        .filter(event -> Ads.field(event, "\"event_type\":\"").equals("view"))
        .map(
            event ->
                Tuple2.of(
                    campaigns.get(Ads.field(event, "\"ad_id\":\"")),
                    Long.parseLong(Ads.field(event, "\"event_time\":\""))))
        .returns(SUM)
        .assignTimestampsAndWatermarks(eventTime)
        .keyBy(view -> view.f0)
        .window(TumblingEventTimeWindows.of(Duration.ofMillis(Ads.WINDOW_MS)))
        .aggregate(new Count(), named, Types.LONG, SUM);
  }

  private static final class Count implements AggregateFunction<Tuple2<String, Long>, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Tuple2<String, Long> view, Long count) {
      return count + 1;
    }

    @Override
    public Long getResult(Long count) {
      return count;
    }

    @Override
    public Long merge(Long a, Long b) {
      return a + b;
    }
  }
}
