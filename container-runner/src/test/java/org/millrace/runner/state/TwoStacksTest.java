package org.millrace.runner.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.api.function.Function2;

class TwoStacksTest {
  private static final int PANES = 200;
  private static final int KEYS = 500;
  private static final int SLIDES = 10 * PANES;

  private long merges;

  /** Not commutative, so that order counts. */
  private final Function2<Object, Object, Object> joined =
      (earlier, later) -> {
        merges++;
        return earlier + " " + later;
      };

  private final Function2<Object, Object, Object> sum =
      (earlier, later) -> {
        merges++;
        return (Integer) earlier + (Integer) later;
      };

  @Test
  void reducesInOrderWhateverEntersAndLeaves() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    for (int key = 0; key < 20; key++) {
      double share = TwoStacks.share(key * 31);
      TwoStacks stacks = TwoStacks.empty();
      Deque<List<String>> model = new ArrayDeque<>();
      long oldest = 0;
      for (long pane = 0; pane < 300; pane++) {
        List<String> values = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          values.add("v" + pane + "." + i);
          stacks = stacks.with(pane, values.get(values.size() - 1), share, joined);
        }
        model.add(values);
        int length = 1 + random.nextInt(12);
        while (model.size() > length) {
          model.remove();
          oldest++;
        }
        stacks = stacks.without(oldest - 1, joined);
        List<String> expected = model.stream().flatMap(List::stream).toList();
        assertThat(stacks.isEmpty()).isEqualTo(expected.isEmpty());
        if (!stacks.isEmpty()) {
          stacks.reduce(joined);
          assertThat(stacks.reduced).isEqualTo(String.join(" ", expected));
        }
      }
    }
  }

  @Test
  void keysThatCameTogetherTurnOverInDifferentSlides() throws Exception {
    TwoStacks[] keys = new TwoStacks[KEYS];
    java.util.Arrays.fill(keys, TwoStacks.empty());
    long all = 0;
    long worst = 0;
    for (int slide = 0; slide < SLIDES; slide++) {
      merges = 0;
      for (int key = 0; key < KEYS; key++) {
        int hash = Integer.hashCode(key);
        TwoStacks stacks = keys[key].with(slide, 1, TwoStacks.share(hash), sum);
        stacks = stacks.without(slide - PANES, sum);
        stacks.reduce(sum);
        assertThat(stacks.reduced).isEqualTo(Math.min(slide + 1, PANES));
        keys[key] = stacks;
      }
      all += merges;
      if (slide > 3 * PANES) {
        worst = Math.max(worst, merges);
      }
    }
    double usual = (double) all / SLIDES;
    assertThat(usual / KEYS).as("merges of a key and slide").isLessThan(4);
    assertThat(worst / usual).as("the worst slide against the usual one").isLessThan(8);
  }
}
