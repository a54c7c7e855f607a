package org.millrace.api.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TimeTest {
  private static final Duration SECOND = Durations.seconds(1);

  private static Time at(long milliseconds) {
    return new Time(milliseconds);
  }

  @Test
  void comparesDurations() {
    Duration short1 = Durations.milliseconds(999);

    assertThat(short1.less(SECOND)).isTrue();
    assertThat(SECOND.less(SECOND)).isFalse();
    assertThat(SECOND.lessEq(SECOND)).isTrue();
    assertThat(SECOND.greater(short1)).isTrue();
    assertThat(SECOND.greaterEq(SECOND)).isTrue();
    assertThat(SECOND.min(short1)).isEqualTo(short1);
    assertThat(SECOND.max(short1)).isEqualTo(SECOND);
    assertThat(SECOND).isGreaterThan(short1);
    assertThat(Durations.seconds(0).isZero()).isTrue();
  }

  @Test
  void calculatesWithDurations() {
    assertThat(SECOND.plus(Durations.milliseconds(500)).milliseconds()).isEqualTo(1500);
    assertThat(SECOND.minus(Durations.milliseconds(1500)).milliseconds()).isEqualTo(-500);
    assertThat(SECOND.times(3)).isEqualTo(Seconds.apply(3));
    assertThat(SECOND.div(Milliseconds.apply(400))).isEqualTo(2.5);
    assertThat(Minutes.apply(1).isMultipleOf(SECOND)).isTrue();
    assertThat(SECOND.isMultipleOf(Durations.milliseconds(300))).isFalse();
    assertThatThrownBy(() -> Durations.seconds(Long.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void printsDurations() {
    assertThat(SECOND).hasToString("1000 ms");
    assertThat(SECOND.toFormattedString()).isEqualTo("1000 ms");
    assertThat(Durations.milliseconds(350).prettyPrint()).isEqualTo("350 ms");
    assertThat(Durations.milliseconds(1500).prettyPrint()).isEqualTo("1.5 s");
    assertThat(Durations.seconds(90).prettyPrint()).isEqualTo("1.5 m");
    assertThat(Durations.minutes(90).prettyPrint()).isEqualTo("1.50 h");
  }

  @Test
  void comparesTimes() {
    assertThat(at(1).less(at(2))).isTrue();
    assertThat(at(2).lessEq(at(2))).isTrue();
    assertThat(at(3).greater(at(2))).isTrue();
    assertThat(at(2).greaterEq(at(3))).isFalse();
    assertThat(at(2).min(at(3))).isEqualTo(at(2));
    assertThat(at(2).max(at(3))).isEqualTo(at(3));
    assertThat(at(2)).isLessThan(at(3)).hasToString("2 ms");
  }

  @Test
  void calculatesWithTimes() {
    assertThat(at(500).plus(SECOND)).isEqualTo(at(1500));
    assertThat(at(1500).minus(SECOND)).isEqualTo(at(500));
    assertThat(at(1500).minus(at(500))).isEqualTo(SECOND);
    assertThat(at(2999).floor(SECOND)).isEqualTo(at(2000));
    assertThat(at(3000).floor(SECOND)).isEqualTo(at(3000));
    assertThat(at(2999).floor(SECOND, at(500))).isEqualTo(at(2500));
    assertThat(at(3000).isMultipleOf(SECOND)).isTrue();
    assertThat(at(3001).isMultipleOf(SECOND)).isFalse();
  }

  @Test
  void listsTimesInSteps() {
    assertThat(at(0).until(at(3000), SECOND)).containsExactly(at(0), at(1000), at(2000));
    assertThat(at(1000).to(at(3000), SECOND)).containsExactly(at(1000), at(2000), at(3000));
    assertThat(at(5000).until(at(3000), SECOND)).isEmpty();
    assertThatThrownBy(() -> at(0).to(at(1), Durations.seconds(0)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
