package org.millrace.testkit.chaos;

import java.util.List;

/**
 * What the outputs say.
 *
 * @param records rows in all batches
 * @param batches batches of rows
 * @param windows windows that were recomputed and compared
 * @param lost numbers that the sources sent and no row has
 * @param duplicated rows whose number an earlier row has
 * @param wrongState rows whose state, and windows and counts whose values, are not what the rows
 *     before say
 * @param findings the first of what is wrong, for people
 */
record Verdict(
    long records,
    long batches,
    long windows,
    long lost,
    long duplicated,
    long wrongState,
    List<String> findings) {
  Verdict {
    findings = List.copyOf(findings);
  }

  boolean good() {
    return lost == 0 && duplicated == 0 && wrongState == 0;
  }
}
