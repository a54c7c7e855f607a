package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.PairRDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.storage.StorageLevel;

class LocalIterationTest {
  private static final AtomicInteger MAPPED = new AtomicInteger();
  private static final int RECORDS = 100;

  private static PairRDD<Integer, Integer> sums(BatchContext context) {
    MAPPED.set(0);
    return context
        .parallelize(IntStream.range(0, RECORDS).boxed().toList(), 4)
        .mapToPair(
            number -> {
              MAPPED.incrementAndGet();
              return new Tuple2<>(number % 10, number);
            })
        .reduceByKey(Integer::sum, 5);
  }

  private static BatchContext context() {
    return new BatchContext(new StreamingConf().setMaster("local[2]").setAppName("iterations"));
  }

  @Test
  void aShuffleBehindPartitionsThatAreIteratedOverIsComputedOnce() {
    try (BatchContext context = context()) {
      PairRDD<Integer, Integer> sums = sums(context);

      List<Tuple2<Integer, Integer>> iterated = new ArrayList<>();
      sums.toLocalIterator().forEachRemaining(iterated::add);

      assertThat(MAPPED).hasValue(RECORDS);
      assertThat(iterated).hasSize(10).isEqualTo(sums.collect());
      assertThat(sums.getStorageLevel()).isEqualTo(StorageLevel.NONE);
      assertThat(MAPPED).as("nothing is kept after the last record").hasValue(2 * RECORDS);
    }
  }

  @Test
  void aDatasetWithoutAShuffleIsComputedPartitionByPartition() {
    try (BatchContext context = context()) {
      MAPPED.set(0);
      Iterator<Integer> records =
          context
              .parallelize(IntStream.range(0, RECORDS).boxed().toList(), 4)
              .map(
                  number -> {
                    MAPPED.incrementAndGet();
                    return number;
                  })
              .toLocalIterator();

      assertThat(records.next()).isZero();
      assertThat(MAPPED).hasValue(RECORDS / 4);
    }
  }
}
