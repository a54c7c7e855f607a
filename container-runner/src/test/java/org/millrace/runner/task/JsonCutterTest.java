package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.transparent.Json;

/** Members of records that are made to mislead. */
class JsonCutterTest {
  private Random random;

  /** Everything that looks like a member and is none, and members in every form. */
  private static final List<String> PIECES =
      List.of(
          "\"event_type\"",
          "\"event_type\":",
          "\"event_type\" : \"view\",",
          "\"event_type\":\"cl\\\"ick\"",
          "\\\"event_type\\\":\\\"inner\\\"",
          "\\\"event_type\":",
          "\"\\\\\"event_type\":1,",
          "\"event_typ",
          "event_type\":",
          "\"event_type_\":2,",
          "\"_event_type\":3,",
          "\"event_time\":\"14\",",
          "{\"nested\":{\"event_type\":[1,\"]\",2]}}",
          "\"event_type\":{\"a\":\"}\"},",
          "\"event_type\"\n\t :\r null,",
          "\"event_type\":\"never closed",
          "\"list\":[\"event_type\",\"event_type\"],",
          "\"event_type\":true}",
          "\"id\":\"0f-1e\",",
          "\"id\"",
          "\"é€\":\"ü\",",
          "{",
          "}",
          ",",
          ":",
          " ",
          "\"",
          "\\",
          "e",
          "ev",
          "_type");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void membersAreThoseOfThePlainReader(long seed) {
    random = new Random(seed);
    List<JsonCutter> cutters = new ArrayList<>();
    List<Json.Field> fields = new ArrayList<>();
    for (String name : List.of("event_type", "event_time", "id", "é€", "nested", "e")) {
      Json.Field field = (Json.Field) Json.field(name);
      JsonCutter cutter = new JsonCutter();
      cutter.use(field, null, null);
      fields.add(field);
      cutters.add(cutter);
    }
    for (int round = 0; round < 20_000; round++) {
      byte[] record = record();
      byte[] around =
          (new String(record, StandardCharsets.ISO_8859_1) + "\"event_type\":\"after\"")
              .getBytes(StandardCharsets.ISO_8859_1);
      int from = random.nextInt(4) == 0 ? random.nextInt(record.length + 1) : 0;
      int to =
          random.nextInt(4) == 0 ? from + random.nextInt(record.length - from + 1) : record.length;
      String text = new String(around, from, to - from, StandardCharsets.UTF_8);
      for (int i = 0; i < fields.size(); i++) {
        JsonCutter cutter = cutters.get(i);
        cutter.cut(around, from, to);
        assertThat(
                new String(
                    cutter.bytes, cutter.from, cutter.to - cutter.from, StandardCharsets.UTF_8))
            .as("%s of %s", fields.get(i).name(), text)
            .isEqualTo(fields.get(i).call(text));
      }
    }
  }

  private byte[] record() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(14); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    byte[] record = text.toString().getBytes(StandardCharsets.UTF_8);
    if (record.length > 0 && random.nextInt(10) == 0) {
      record[random.nextInt(record.length)] = (byte) random.nextInt(256);
    }
    return record;
  }
}
