package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;
import org.millrace.api.Tuple2;
import org.millrace.runner.codec.NumberForm;

/** Makes objects of pairs of text and number: where a chain on bytes ends. */
final class PairOperator implements TextPairConsumer {
  private final RecordConsumer next;

  PairOperator(RecordConsumer next) {
    this.next = next;
  }

  @Override
  public void accept(byte[] key, int from, int to, NumberForm form, long bits) throws Exception {
    String text = new String(key, from, to - from, StandardCharsets.UTF_8);
    next.accept(new Tuple2<>(text, form.box(bits)));
  }
}
