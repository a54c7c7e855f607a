package org.millrace.runner.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class SettingsTest {
  @Test
  void everyDefaultKeepsToItsOwnBounds() {
    for (Key<?> key : Keys.all()) {
      if (!key.defaultText().isEmpty()) {
        assertThat(key.parse(key.defaultText())).as(key.name()).isNotNull();
      }
    }
  }

  @Test
  void theFirstLayerWins() {
    Settings settings =
        Settings.resolve(
            Map.of("millrace.executor.cores", "3"),
            Map.of("millrace.executor.cores", "2", "millrace.executor.instances", "5"));

    assertThat(settings.get(Keys.EXECUTOR_CORES)).isEqualTo(3);
    assertThat(settings.get(Keys.EXECUTOR_INSTANCES)).isEqualTo(5);
    assertThat(settings.get(Keys.BLOCK_INTERVAL)).isEqualTo(200L);
  }

  @Test
  void listsAllProblemsAtOnce() {
    Map<String, String> wrong =
        Map.of(
            "millrace.blokInterval", "1s",
            "millrace.executor.cores", "none",
            "millrace.executor.memory", "1m",
            "spark.streaming.blockInterval", "1s",
            "spark.shuffle.manager", "sort");

    assertThatThrownBy(() -> Settings.resolve(wrong))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_CONFIGURATION_KEY))
        .hasMessageContaining("did you mean millrace.blockInterval?")
        .hasMessageContaining("millrace.executor.cores is 'none': expected an integer")
        .hasMessageContaining("millrace.executor.memory is '1m': expected 128m or more")
        .hasMessageContaining("spark.streaming.blockInterval is called millrace.blockInterval here")
        .hasMessageContaining("spark.shuffle.manager is a Spark key that Millrace has no use for");
  }

  @Test
  void leavesTheProgramsOwnKeysAlone() {
    Settings settings = Settings.resolve(Map.of("my.app.table", "t"));

    assertThat(settings.given()).containsEntry("my.app.table", "t");
  }

  @Test
  void readsQuantitiesAsPeopleWriteThem() {
    assertThat(Quantities.durationMs("200")).isEqualTo(200);
    assertThat(Quantities.durationMs("2s")).isEqualTo(2_000);
    assertThat(Quantities.durationMs("5 min")).isEqualTo(300_000);
    assertThat(Quantities.bytes("256m")).isEqualTo(256L << 20);
    assertThat(Quantities.bytes("2GB")).isEqualTo(2L << 30);
    assertThat(Quantities.formatBytes(256L << 20)).isEqualTo("256m");
    assertThatThrownBy(() -> Quantities.bytes("much")).hasMessageContaining("not much");
    assertThatThrownBy(() -> Quantities.bytes("99999999999t")).hasMessageContaining("too large");
  }
}
