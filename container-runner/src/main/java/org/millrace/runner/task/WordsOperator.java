package org.millrace.runner.task;

import org.millrace.api.transparent.Words;

/** The words of a text, to {@link #next}. */
final class WordsOperator extends TextOperator {
  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    int start = from;
    while (start < to) {
      if (Words.isSpace(bytes[start])) {
        start++;
      } else {
        int end = ByteSearch.wordEnd(bytes, start, to);
        next.accept(bytes, start, end);
        start = end + 1;
      }
    }
  }
}
