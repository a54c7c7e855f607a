package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.graph.Operator;
import org.millrace.api.transparent.Text;

class TextTableTest {
  private static final String SIGNS = "ab\0é€\uFFFD";

  private final Random random = new Random(7);

  @Test
  void sumsLikeAMapInFirstSeenOrder() {
    TextTable table = new TextTable();
    for (int round = 0; round < 3; round++) {
      Map<String, Long> expected = new LinkedHashMap<>();
      for (int i = 0; i < 20_000; i++) {
        String text = text(random.nextInt(5) == 0 ? 40 : 6);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int at = table.find(utf8, 0, utf8.length);
        assertThat(at >= 0).isEqualTo(expected.containsKey(text));
        if (at < 0) {
          assertThat(table.insert(utf8, 0, utf8.length, i)).isEqualTo(-1);
        } else {
          table.setNumberAt(at, table.numberAt(at) + i);
        }
        expected.merge(text, (long) i, Long::sum);
      }
      int entry = 0;
      for (Map.Entry<String, Long> each : expected.entrySet()) {
        assertThat(table.text(entry)).isEqualTo(each.getKey());
        assertThat(table.hash(entry)).isEqualTo(each.getKey().hashCode());
        assertThat(table.number(entry)).isEqualTo(each.getValue());
        entry++;
      }
      assertThat(table.size()).isEqualTo(entry);
      table.clear();
    }
  }

  private String text(int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most); i > 0; i--) {
      text.append(SIGNS.charAt(random.nextInt(SIGNS.length())));
    }
    return text.toString();
  }

  @Test
  void wordsCarryTheirFirstBytesWhereverTheyStand() throws Exception {
    List<String> seen = new ArrayList<>();
    TextTable table = new TextTable();
    TextConsumer end =
        new TextConsumer() {
          @Override
          public void accept(byte[] bytes, int from, int to) {
            seen.add(new String(bytes, from, to - from, StandardCharsets.UTF_8));
          }

          @Override
          public void accept(byte[] bytes, int from, int to, long first, long second) {
            accept(bytes, from, to);
            assertThat(table.find(bytes, from, to, first, second))
                .isEqualTo(table.find(bytes, from, to));
            table.insert(bytes, from, to, 0);
          }
        };
    List<TextShape.Stage> stages = List.of(new TextShape.Stage(Operator.FLAT_MAP, Text.words()));
    TextConsumer words =
        new TextShape(new HiddenClasses())
            .make(stages, 0, new RecordConsumer[2], new Outlet(null, end, null));
    for (int i = 0; i < 20_000; i++) {
      String text = spaced();
      byte[] around = (text + spaced()).getBytes(StandardCharsets.UTF_8);
      seen.clear();
      words.accept(around, 0, text.getBytes(StandardCharsets.UTF_8).length);
      List<String> expected = new ArrayList<>();
      Text.words().call(text).forEachRemaining(expected::add);
      assertThat(seen).isEqualTo(expected);
    }
  }

  private String spaced() {
    StringBuilder text = new StringBuilder();
    int rarity = 1 + random.nextInt(20);
    for (int i = random.nextInt(40); i > 0; i--) {
      text.append((char) (random.nextInt(rarity) == 0 ? random.nextInt(34) : 'a' + i));
    }
    return text.toString();
  }
}
