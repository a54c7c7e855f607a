package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.millrace.api.transparent.TextField;

/** What a table says of the text that another cutter finds. */
final class LookUpCutter extends TextCutter {
  private TextCutter inner;
  private final TextTable keys = new TextTable();
  private byte[][] values;
  private byte[] otherwise;

  @Override
  void use(TextField given, TextCutter cutter, TextCutter unused) {
    inner = cutter;
    TextField.LookedUp field = (TextField.LookedUp) given;
    Map<String, String> table = field.table();
    values = new byte[table.size()][];
    otherwise = field.otherwise().getBytes(StandardCharsets.UTF_8);
    int count = 0;
    for (Map.Entry<String, String> entry : table.entrySet()) {
      // No text means half of a surrogate pair.
      if (TextShape.hasUtf8(entry.getKey())) {
        byte[] key = entry.getKey().getBytes(StandardCharsets.UTF_8);
        keys.insert(key, 0, key.length, count);
        values[count++] = entry.getValue().getBytes(StandardCharsets.UTF_8);
      }
    }
  }

  @Override
  void cut(byte[] text, int start, int end) {
    inner.cut(text, start, end);
    int at = keys.findMeant(inner.bytes, inner.from, inner.to);
    byte[] value = at < 0 ? otherwise : values[(int) keys.numberAt(at)];
    found(value, 0, value.length);
  }
}
