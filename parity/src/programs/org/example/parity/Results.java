package org.example.parity;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;

/** What a program gave, a line for each output and batch. */
public final class Results {
  private final int batches;
  private final List<Output> outputs = new ArrayList<>();

  public Results(int batches) {
    this.batches = batches;
  }

  /** Stays in the driver; serializable because Spark writes it to its checkpoints. */
  private static final class Output implements Serializable {
    private static final long serialVersionUID = 1L;

    private final boolean ordered;
    private final transient CountDownLatch complete;
    private final transient ConcurrentSkipListMap<Long, List<List<String>>> byTime =
        new ConcurrentSkipListMap<>();

    private Output(boolean ordered, int batches) {
      this.ordered = ordered;
      this.complete = new CountDownLatch(batches);
    }

    private void add(long timeMs, List<? extends List<?>> partitions) {
      List<List<String>> texts = new ArrayList<>();
      for (List<?> partition : partitions) {
        List<String> records = new ArrayList<>();
        for (Object record : partition) {
          records.add(String.valueOf(record));
        }
        if (!ordered) {
          Collections.sort(records);
        }
        texts.add(records);
      }
      byTime.put(timeMs, texts);
      complete.countDown();
    }
  }

  /** Records of each partition, in their order. */
  public void ordered(JavaDStream<?> stream) {
    add(stream, true);
  }

  /** Records of each partition, in any order. */
  public void placed(JavaDStream<?> stream) {
    add(stream, false);
  }

  /** Pairs of each partition, in their order. */
  public void ordered(JavaPairDStream<?, ?> stream) {
    Output output = output(true);
    stream.glom().foreachRDD((rdd, time) -> output.add(time.milliseconds(), rdd.collect()));
  }

  /** Pairs of each partition, in any order. */
  public void placed(JavaPairDStream<?, ?> stream) {
    Output output = output(false);
    stream.glom().foreachRDD((rdd, time) -> output.add(time.milliseconds(), rdd.collect()));
  }

  /** A line that a program made of a batch by itself. */
  public TextOutput text() {
    Output output = output(true);
    return (timeMs, text) -> output.add(timeMs, List.of(List.of(text)));
  }

  /** Takes lines. */
  public interface TextOutput extends Serializable {
    void add(long timeMs, String text);
  }

  private void add(JavaDStream<?> stream, boolean ordered) {
    Output output = output(ordered);
    stream.glom().foreachRDD((rdd, time) -> output.add(time.milliseconds(), rdd.collect()));
  }

  private Output output(boolean ordered) {
    Output output = new Output(ordered, batches);
    outputs.add(output);
    return output;
  }

  public boolean await(long seconds) throws InterruptedException {
    for (Output output : outputs) {
      if (!output.complete.await(seconds, TimeUnit.SECONDS)) {
        return false;
      }
    }
    return true;
  }

  /** The first batches of each output. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      int batch = 0;
      for (List<List<String>> partitions : outputs.get(i).byTime.values()) {
        if (batch < batches) {
          lines.add("output " + i + " batch " + batch + " " + partitions);
        }
        batch++;
      }
    }
    return lines;
  }
}
