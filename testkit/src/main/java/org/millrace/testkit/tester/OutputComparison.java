package org.millrace.testkit.tester;

import java.util.List;
import java.util.Objects;

/** Compares what two runs collected; arrays by what is in them. Immutable. */
final class OutputComparison {
  private final String disturbance;

  OutputComparison(String disturbance) {
    this.disturbance = disturbance;
  }

  /**
   * Both lists are batches by output. A run that took longer may have had more batches at its end,
   * which are not compared.
   */
  void requireSame(List<List<CollectedBatch<?>>> expected, List<List<CollectedBatch<?>>> actual) {
    require(expected.size(), actual.size(), "number of collected outputs");
    for (int output = 0; output < expected.size(); output++) {
      List<CollectedBatch<?>> batches = expected.get(output);
      for (int i = 0; i < batches.size(); i++) {
        String where = "output " + (output + 1) + ", batch " + (i + 1);
        if (i >= actual.get(output).size()) {
          fail(where, batches.get(i), "no batch");
        }
        requireSame(batches.get(i), actual.get(output).get(i), where);
      }
    }
  }

  private void requireSame(CollectedBatch<?> expected, CollectedBatch<?> actual, String where) {
    String batch = where + " (" + expected.time() + ")";
    require(expected.time(), actual.time(), batch + ", time");
    require(
        expected.partitions().size(), actual.partitions().size(), batch + ", number of partitions");
    for (int i = 0; i < expected.partitions().size(); i++) {
      List<?> wanted = expected.partitions().get(i);
      List<?> found = actual.partitions().get(i);
      if (!Objects.deepEquals(wanted.toArray(), found.toArray())) {
        fail(batch + ", partition " + i, wanted, found);
      }
    }
  }

  private void require(Object expected, Object actual, String what) {
    if (!expected.equals(actual)) {
      fail(what, expected, actual);
    }
  }

  private void fail(String what, Object expected, Object actual) {
    throw new AssertionError(
        "%s: %s differs from the run without faults%n  expected: %s%n  actual:   %s"
            .formatted(disturbance, what, expected, actual));
  }
}
