package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedList;
import java.util.List;
import java.util.Queue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.Time;

class PrintTest {
  private static final String HEAD =
      """
      -------------------------------------------
      Time: 1000 ms
      -------------------------------------------
      """;

  private final FakeEngine engine = new FakeEngine(2);
  private final StreamingContext context =
      new StreamingContext(
          new BatchContext(new StreamingConf(false).setAppName("test"), engine),
          Durations.seconds(1));
  private final Queue<RDD<Integer>> queue = new LinkedList<>();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream standardOutput = System.out;

  @BeforeEach
  void catchOutput() {
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restoreOutput() {
    System.setOut(standardOutput);
    context.stop();
  }

  private String printedBatch() {
    context.start();
    engine.runBatch(new Time(1000));
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  private void give(int count) {
    queue.add(context.sparkContext().parallelize(IntStream.range(0, count).boxed().toList(), 3));
  }

  @Test
  void printsTheFamiliarBlock() {
    give(3);
    context.queueStream(queue).mapToPair(i -> new Tuple2<>("n" + i, i)).print();

    assertThat(printedBatch()).isEqualTo(HEAD + "(n0,0)\n(n1,1)\n(n2,2)\n\n");
  }

  @Test
  void printsDotsWhenThereAreMoreThanTen() {
    give(11);
    context.queueStream(queue).print();

    assertThat(printedBatch()).isEqualTo(HEAD + "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n...\n\n");
  }

  @Test
  void printsNoDotsWhenThereAreExactlySoMany() {
    give(2);
    context.queueStream(queue).print(2);

    assertThat(printedBatch()).isEqualTo(HEAD + "0\n1\n\n");
  }

  @Test
  void printsTheHeadOfAnEmptyBatch() {
    context.queueStream(queue).print();

    assertThat(printedBatch()).isEqualTo(HEAD + "\n");
    assertThat(List.of(HEAD.split("\n", -1)).get(0)).hasSize(43);
  }
}
