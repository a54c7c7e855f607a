package org.millrace.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.RDD;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.StreamingContext;

class TwoExecutorsTest {
  /** Nobody is given up because a thread had to wait for a core. */
  private static final Map<String, String> PATIENT =
      Map.of("millrace.executor.taskLease", "1h", "millrace.executor.heartbeatTimeout", "1h");

  @Test
  void aThreadThatFailsForGoodEndsTheRunAsFailed(@TempDir Path folder) {
    AssertionError lost = new AssertionError("a slot is lost");
    TwoExecutors two = new TwoExecutors(folder, PATIENT, 50);
    StreamingContext context = two.context();
    context
        .queueStream(new LinkedList<RDD<Integer>>())
        .foreachRDD(rdd -> rdd.foreachPartition(numbers -> {}));
    context.start();

    two.onFatal("slot", lost);

    assertThatThrownBy(context::awaitTermination)
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("slot failed for good");
    assertThatThrownBy(two::close).isInstanceOf(IllegalStateException.class).hasCause(lost);
  }
}
