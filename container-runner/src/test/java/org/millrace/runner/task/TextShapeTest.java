package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.graph.Operator;
import org.millrace.api.transparent.Csv;
import org.millrace.api.transparent.Text;

class TextShapeTest {
  private static final RecordConsumer NONE =
      record -> {
        throw new AssertionError("an object: " + record);
      };

  @Test
  void aTransparentChainMakesNoObjects() throws Exception {
    List<TextShape.Stage> stages =
        List.of(
            new TextShape.Stage(Operator.FILTER, Text.contains("a").and(Text.is("aa").not())),
            new TextShape.Stage(Operator.FLAT_MAP, Text.words()),
            new TextShape.Stage(Operator.MAP, Csv.field(0, ',').lookUp(Map.of("a", "b"), "c")),
            new TextShape.Stage(Operator.MAP_TO_PAIR, Text.all().paired(Text.all().asLong(7))));
    RecordConsumer[] heads = {NONE, NONE, NONE, NONE, NONE};
    List<String> pairs = new ArrayList<>();
    TextPairConsumer end =
        (key, from, to, form, bits) ->
            pairs.add(new String(key, from, to - from, StandardCharsets.UTF_8) + bits);
    TextConsumer head =
        new TextShape(new HiddenClasses()).make(stages, 0, heads, new Outlet(NONE, null, end));
    byte[] text = "a,x b".getBytes(StandardCharsets.UTF_8);
    head.accept(text, 0, text.length);
    head.accept("aa".getBytes(StandardCharsets.UTF_8), 0, 2);
    assertThat(pairs).containsExactly("b7", "c7");
  }
}
