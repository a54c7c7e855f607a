package org.millrace.am.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.millrace.am.log.DriverState;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.OutputOperation;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.checkpoint.log.DriverEvent.ApplicationStarted;
import org.millrace.checkpoint.log.DriverEvent.Operator;
import org.millrace.checkpoint.log.DriverEvent.OperatorKind;
import org.millrace.checkpoint.log.DriverEvent.OperatorsChanged;

/** Outputs that the program names, and what a changed program finds of them. */
class OutputUidTest {
  private static StreamGraph graph(Consumer<DStream<String>> outputs) {
    FakeEngine engine = new FakeEngine(2);
    StreamingContext context =
        new StreamingContext(
            new BatchContext(new StreamingConf().setMaster("fake").setAppName("x"), engine),
            Durations.seconds(1));
    try {
      outputs.accept(context.textFileStream("/in"));
      context.start();
      return engine.graph();
    } finally {
      context.stop();
    }
  }

  private static List<String> uids(StreamGraph graph) {
    return Operators.of(graph).stream()
        .filter(operator -> operator.kind() == OperatorKind.OUTPUT)
        .map(Operator::uid)
        .toList();
  }

  /** The outputs of the program of today that were there before. */
  private static List<String> matched(StreamGraph before, StreamGraph today) {
    DriverState state = new DriverState();
    state.replay(new ApplicationStarted("x", "application", 0, 1_000, 2));
    state.replay(new OperatorsChanged(Operators.of(before)));
    return new OperatorMatch(state, Operators.of(today), today, false)
        .translated("application").operators().stream()
            .filter(operator -> operator.kind() == OperatorKind.OUTPUT)
            .map(operator -> operator.uid() + "=" + operator.number())
            .toList();
  }

  @Test
  void everyKindOfOutputTakesOne() {
    StreamGraph graph =
        graph(
            lines -> {
              lines.print().uid("shown");
              lines.print(3);
              lines.foreachRDD(rdd -> {}).uid("called");
              lines.saveAsTextFiles("/out/text").uid("text");
              lines.saveAsObjectFiles("/out/objects").uid("objects");
              lines
                  .mapToPair(line -> new org.millrace.api.Tuple2<>(line, 1))
                  .saveAsHadoopFiles("/out/pairs", "")
                  .uid("pairs");
            });

    assertThat(uids(graph))
        .containsExactly("shown", "print #1", "called", "text", "objects", "pairs");
  }

  @Test
  void namedOutputsAreFoundAgainWhereverTheyStandAndWhateverTheyBecame() {
    StreamGraph before =
        graph(
            lines -> {
              lines.saveAsTextFiles("/out/a").uid("a");
              lines.saveAsTextFiles("/out/b").uid("b");
              lines.print();
            });
    StreamGraph today =
        graph(
            lines -> {
              lines.foreachRDD(rdd -> {}).uid("added");
              lines.filter(line -> !line.isEmpty()).saveAsObjectFiles("/out/b").uid("b");
              lines.print();
              lines.saveAsTextFiles("/elsewhere/a").uid("a");
            });

    assertThat(matched(before, today)).containsExactlyInAnyOrder("b=1", "print #1=2", "a=3");
  }

  @Test
  void oneThatHasNoNameIsFoundByItsPlaceAmongItsLikes() {
    StreamGraph before = graph(lines -> lines.saveAsTextFiles("/out/a"));
    StreamGraph today = graph(lines -> lines.saveAsTextFiles("/out/b").uid("b"));

    assertThat(matched(before, today)).isEmpty();
    assertThat(matched(before, before)).containsExactly("saveAsTextFiles #1=0");
  }

  @Test
  void refusesANameThatIsBlankOrTaken() {
    graph(
        lines -> {
          OutputOperation first = lines.print().uid("x");
          assertThat(first.uid("x")).isSameAs(first);
          OutputOperation second = lines.print();
          assertThatThrownBy(() -> second.uid("x"))
              .isInstanceOfSatisfying(
                  MillraceException.class,
                  e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
              .hasMessageContaining("asks for the uid 'x', which print at OutputUidTest.java");
          assertThatThrownBy(() -> second.uid(" ")).hasMessageContaining("is blank");
        });
  }
}
