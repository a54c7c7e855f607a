package org.millrace.api.streaming;

import java.util.List;

/** Writes the block of text that {@code print} is known by. */
final class BatchPrinter {
  private static final String RULE = "-".repeat(43);

  private BatchPrinter() {}

  /** Prints at most {@code num} of the records in one piece, so that no other output is inside. */
  static void print(List<?> firstRecords, int num, Time batchTime) {
    System.out.print(block(firstRecords, num, batchTime));
    System.out.flush();
  }

  static String block(List<?> firstRecords, int num, Time batchTime) {
    String newLine = System.lineSeparator();
    StringBuilder text = new StringBuilder();
    text.append(RULE).append(newLine);
    text.append("Time: ").append(batchTime).append(newLine);
    text.append(RULE).append(newLine);
    for (Object record : firstRecords.subList(0, Math.min(num, firstRecords.size()))) {
      text.append(record).append(newLine);
    }
    if (firstRecords.size() > num) {
      text.append("...").append(newLine);
    }
    return text.append(newLine).toString();
  }
}
