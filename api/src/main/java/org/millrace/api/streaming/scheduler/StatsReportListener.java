package org.millrace.api.streaming.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.millrace.api.Optional;

/**
 * Reports after each batch how total delay and processing time were distributed over the last
 * batches, in milliseconds.
 *
 * <p>Writes two tables: count, mean, standard deviation, maximum and minimum, then percentiles. The
 * percentile p of n values is the value at {@code floor((n - 1) * p / 100 + 0.5)} of them in order.
 */
public final class StatsReportListener implements StreamingListener {
  private static final int BATCHES_BY_DEFAULT = 10;
  private static final int[] PERCENTILES = {0, 5, 10, 25, 50, 75, 90, 95, 100};

  private final int numBatches;
  private final Consumer<String> report;
  private final Deque<BatchInfo> batches = new ArrayDeque<>();

  /** Reports over the last ten batches to the platform's logger of this class. */
  public StatsReportListener() {
    this(BATCHES_BY_DEFAULT);
  }

  /** Reports over so many last batches, at least one, to the platform's logger of this class. */
  public StatsReportListener(int numBatches) {
    this(numBatches, StatsReportListener::log);
  }

  /** Reports over so many last batches, at least one, line by line to a place of choice. */
  public StatsReportListener(int numBatches, Consumer<String> report) {
    if (numBatches < 1) {
      throw new IllegalArgumentException(
          "a report over " + numBatches + " batches; give 1 or more");
    }
    this.numBatches = numBatches;
    this.report = Objects.requireNonNull(report, "report");
  }

  private static void log(String line) {
    System.getLogger(StatsReportListener.class.getName()).log(System.Logger.Level.INFO, line);
  }

  @Override
  public void onBatchCompleted(StreamingListenerBatchCompleted batchCompleted) {
    batches.add(batchCompleted.batchInfo());
    if (batches.size() > numBatches) {
      batches.remove();
    }
    show("Total delay: ", BatchInfo::totalDelay);
    show("Processing time: ", BatchInfo::processingDelay);
  }

  private void show(String heading, Function<BatchInfo, Optional<Long>> measure) {
    List<Long> values = new ArrayList<>();
    for (BatchInfo batch : batches) {
      Optional<Long> value = measure.apply(batch);
      if (value.isPresent()) {
        values.add(value.get());
      }
    }
    if (!values.isEmpty()) {
      show(heading, values.stream().mapToLong(Long::longValue).sorted().toArray());
    }
  }

  private void show(String heading, long[] sorted) {
    double mean = Arrays.stream(sorted).average().orElseThrow();
    double variance =
        Arrays.stream(sorted).mapToDouble(value -> (value - mean) * (value - mean)).sum()
            / sorted.length;
    report.accept(
        String.format(
            Locale.ROOT,
            "%s(count: %d, mean: %.3f, stdev: %.3f, max: %d, min: %d)",
            heading,
            sorted.length,
            mean,
            Math.sqrt(variance),
            sorted[sorted.length - 1],
            sorted[0]));
    StringBuilder names = new StringBuilder();
    StringBuilder values = new StringBuilder();
    for (int percentile : PERCENTILES) {
      int index = (int) Math.floor((sorted.length - 1) * percentile / 100.0 + 0.5);
      names.append('\t').append(percentile).append('%');
      values.append('\t').append(sorted[index]).append(" ms");
    }
    report.accept(names.toString());
    report.accept(values.toString());
  }
}
