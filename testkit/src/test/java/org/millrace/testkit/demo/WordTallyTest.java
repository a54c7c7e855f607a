package org.millrace.testkit.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.MillraceException;

class WordTallyTest {
  @Test
  void wordsStandBetweenWhiteSpace() {
    WordTally tally = new WordTally();
    tally.addLines(List.of("  to be\tor not ", "", "to be"));

    assertThat(tally.counts()).isEqualTo(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L));
    assertThat(tally.words()).isEqualTo(6);
  }

  @Test
  void theFirstWordsThatDifferAreNamed() {
    WordTally fed = new WordTally();
    fed.addLines(List.of("a a b c"));
    WordTally counted = new WordTally();
    counted.addLines(List.of("a b b d"));

    WordTally.Comparison comparison = WordTally.Comparison.of(fed, counted);

    assertThat(comparison.equal()).isFalse();
    assertThat(comparison.lines())
        .containsExactly(
            "words fed 4, words counted 4: 4 words are different",
            "  'a': fed 2, counted 1",
            "  'b': fed 1, counted 2",
            "  'c': fed 1, counted 0",
            "  'd': fed 0, counted 1");
  }

  @Test
  void savedWordsMayHoldCommasAndParentheses() throws Exception {
    WordTally tally = new WordTally();
    SavedCounts.addTo(tally, stream("(a,b),3)\n((,1)\n"), "part-00000");

    assertThat(tally.counts()).isEqualTo(Map.of("a,b)", 3L, "(", 1L));
  }

  @Test
  void lineThatIsNoCountIsRefused() {
    assertThatThrownBy(() -> SavedCounts.addTo(new WordTally(), stream("(a,x)\n"), "part-00000"))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("'(a,x)' in part-00000");
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
