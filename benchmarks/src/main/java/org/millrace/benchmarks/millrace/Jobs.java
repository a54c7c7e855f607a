package org.millrace.benchmarks.millrace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.Tuple2;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.transparent.Json;
import org.millrace.api.transparent.Text;
import org.millrace.benchmarks.workload.Ads;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;
import org.millrace.benchmarks.workload.UnsupportedScenario;

/** From lines to keys and counts, as a user would write it. */
final class Jobs {
  private Jobs() {}

  /** The job of a scenario; {@code intervalMs} is the batch interval it runs with. */
  static PairDStream<String, Long> of(DStream<String> lines, RunSpec spec, int intervalMs)
      throws UnsupportedScenario {
    return switch (spec.scenario()) {
      case SOCKET_WORD_COUNT ->
          isBuiltIn(spec)
              ? lines.flatMap(Text.words()).countByValue(spec.cores())
              : words(lines).reduceByKey(Long::sum, spec.cores());
      case WORD_COUNT, LATENCY, START_UP, MEMORY ->
          words(lines).reduceByKey(Long::sum, spec.cores());
      case SOCKET_GREP ->
          isBuiltIn(spec)
              ? lines.filter(Text.contains(RecordPool.NEEDLE)).mapToPair(Jobs::one)
              : lines.filter(line -> line.contains(RecordPool.NEEDLE)).mapToPair(Jobs::one);
      case GREP -> lines.filter(line -> line.contains(RecordPool.NEEDLE)).mapToPair(Jobs::one);
      case WINDOW_COUNT ->
          words(lines)
              .reduceByKeyAndWindow(
                  Long::sum,
                  (all, left) -> all - left,
                  new Duration((long) Scenario.WINDOW_PANES * intervalMs),
                  new Duration(intervalMs),
                  spec.cores(),
                  count -> count._2() > 0);
      case RUNNING_COUNT, RUNNING_COUNT_FEW ->
          PairDStream.fromDStream(
              lines
                  .mapToPair(Jobs::keyValue)
                  .mapWithState(
                      StateSpec.function(Jobs::add)
                          .numPartitions(spec.cores())
                          .initialState(allKeys(lines, spec))));
      case RUNNING_COUNT_UPDATE ->
          lines
              .mapToPair(Jobs::keyValue)
              .updateStateByKey(
                  Jobs::addAll, new HashPartitioner(spec.cores()), allKeys(lines, spec));
      case ADS -> ads(lines, spec);
      case WORD_COUNT_BUILTIN -> lines.flatMap(Text.words()).countByValue(spec.cores());
      case ADS_BUILTIN ->
          lines
              .filter(Json.field("event_type").is("view"))
              .map(
                  Json.field("ad_id")
                      .lookUp(Ads.campaigns(spec.seed()), "")
                      .joined(
                          " ",
                          Json.field("event_time").asLong(0).roundedDown(Ads.WINDOW_MS).asText()))
              .countByValue(spec.cores());
      default -> throw new UnsupportedScenario("Millrace has no " + spec.scenario() + " yet");
    };
  }

  /** Operators that the engine understands; their input is text in bytes. */
  static boolean isBuiltIn(RunSpec spec) {
    return switch (spec.scenario()) {
      case WORD_COUNT_BUILTIN, ADS_BUILTIN -> true;
      default -> Boolean.parseBoolean(spec.option("builtin", "false"));
    };
  }

  private static PairDStream<String, Long> words(DStream<String> lines) {
    return lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1L));
  }

  private static PairDStream<String, Long> ads(DStream<String> events, RunSpec spec) {
    Broadcast<Map<String, String>> campaigns =
        events.context().batchContext().broadcast(Ads.campaigns(spec.seed()));
    return events
        .filter(event -> Ads.field(event, "\"event_type\":\"").equals("view"))
        .mapToPair(
            event ->
                new Tuple2<>(
                    Ads.key(
                        campaigns.value().get(Ads.field(event, "\"ad_id\":\"")),
                        Long.parseLong(Ads.field(event, "\"event_time\":\""))),
                    1L))
        .reduceByKey(Long::sum, spec.cores());
  }

  private static <T> Tuple2<T, Long> one(T key) {
    return new Tuple2<>(key, 1L);
  }

  private static Tuple2<String, Long> keyValue(String record) {
    int comma = record.indexOf(',');
    return new Tuple2<>(record.substring(0, comma), Long.parseLong(record.substring(comma + 1)));
  }

  private static Tuple2<String, Long> add(String key, Optional<Long> value, State<Long> state) {
    long sum = value.get() + (state.exists() ? state.get() : 0L);
    state.update(sum);
    return new Tuple2<>(key, sum);
  }

  private static Optional<Long> addAll(List<Long> values, Optional<Long> state) {
    long sum = state.orElse(0L);
    for (long value : values) {
      sum += value;
    }
    return Optional.of(sum);
  }

  /** All keys with 0. */
  private static PairRDD<String, Long> allKeys(DStream<String> lines, RunSpec spec) {
    int thousands = RecordPool.KEYS / 1_000;
    return lines
        .context()
        .batchContext()
        .parallelize(IntStream.range(0, thousands).boxed().toList(), spec.cores())
        .flatMapToPair(Jobs::thousandKeys);
  }

  private static Iterator<Tuple2<String, Long>> thousandKeys(int thousand) {
    List<Tuple2<String, Long>> keys = new ArrayList<>(1_000);
    for (int i = 0; i < 1_000; i++) {
      String number = String.valueOf(10_000_000 + thousand * 1_000 + i);
      keys.add(new Tuple2<>("u" + number.substring(1), 0L));
    }
    return keys.iterator();
  }

  /** What a batch gave, one number for each partition. */
  static long total(PairRDD<String, Long> results, Scenario scenario) {
    boolean isCounted =
        switch (scenario) {
          case GREP, SOCKET_GREP, RUNNING_COUNT, RUNNING_COUNT_FEW -> true;
          default -> false;
        };
    return isCounted
        ? results.count()
        : results.mapPartitions(Jobs::sum).collect().stream().mapToLong(Long::longValue).sum();
  }

  private static Iterator<Long> sum(Iterator<Tuple2<String, Long>> results) {
    long sum = 0;
    while (results.hasNext()) {
      sum += results.next()._2();
    }
    return List.of(sum).iterator();
  }
}
