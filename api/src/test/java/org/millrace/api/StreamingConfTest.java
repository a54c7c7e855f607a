package org.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class StreamingConfTest {
  private static final String PROPERTY = "millrace.testOfConf";

  private final StreamingConf conf = new StreamingConf(false);

  @AfterEach
  void clearProperty() {
    System.clearProperty(PROPERTY);
  }

  @Test
  void startsWithTheSystemProperties() {
    System.setProperty(PROPERTY, "x");

    assertThat(new StreamingConf().get(PROPERTY)).isEqualTo("x");
    assertThat(new StreamingConf(false).contains(PROPERTY)).isFalse();
  }

  @Test
  void setsAndForgets() {
    conf.setMaster("local[2]").setAppName("name").setIfMissing("k", "1").setIfMissing("k", "2");

    assertThat(conf.get("millrace.master")).isEqualTo("local[2]");
    assertThat(conf.get("millrace.app.name")).isEqualTo("name");
    assertThat(conf.get("k")).isEqualTo("1");
    assertThat(conf.remove("k").getOption("k").isPresent()).isFalse();
    assertThat(conf.get("k", "other")).isEqualTo("other");
    assertThat(conf.getAll())
        .containsExactly(
            new Tuple2<>("millrace.app.name", "name"), new Tuple2<>("millrace.master", "local[2]"));
    assertThat(conf.toDebugString()).isEqualTo("millrace.app.name=name\nmillrace.master=local[2]");
  }

  @Test
  void isIndependentOfItsCopy() {
    StreamingConf copy = conf.set("k", "1").clone();
    copy.set("k", "2");

    assertThat(conf.toMap()).isEqualTo(Map.of("k", "1"));
  }

  @Test
  void readsNumbersAndTruth() {
    conf.set("n", " 7 ").set("d", "0.5").set("t", "true");

    assertThat(conf.getInt("n", 0)).isEqualTo(7);
    assertThat(conf.getLong("n", 0)).isEqualTo(7);
    assertThat(conf.getDouble("d", 0)).isEqualTo(0.5);
    assertThat(conf.getBoolean("t", false)).isTrue();
    assertThat(conf.getInt("none", 3)).isEqualTo(3);
    assertThat(conf.getBoolean("none", true)).isTrue();
  }

  @Test
  void refusesWhatIsNoNumber() {
    conf.set("n", "many");

    for (Runnable read :
        new Runnable[] {
          () -> conf.getInt("n", 0),
          () -> conf.getLong("n", 0),
          () -> conf.getDouble("n", 0),
          () -> conf.getBoolean("n", false)
        }) {
      assertThatThrownBy(read::run)
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION_VALUE))
          .hasMessageContaining("n is 'many'");
    }
  }

  @Test
  void refusesMissingKeysAndNulls() {
    assertThatThrownBy(() -> conf.get("none")).isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> conf.set("k", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("value of k");
  }
}
