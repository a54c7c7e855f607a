package org.millrace.testkit.chaos;

import java.io.IOException;
import java.util.List;
import java.util.SortedSet;

/** What the application has published: for each output, batches by their time. */
interface Outputs {
  /** Each record, with the state of its key behind it: version, source, number, key, count, sum. */
  String ROWS = "rows";

  /** Of version A: remainder by 10 and count of the even numbers of the batch. */
  String EVENS = "evens";

  /** Every 5 s, of the last 30 s, by taking back what left: bucket, count, sum. */
  String WINDOWS = "windows";

  /** Of version B, every 5 s, of the last 10 s: bucket, highest number. */
  String HIGHEST = "highest";

  /** Times of the batches that the output has, in milliseconds. */
  SortedSet<Long> times(String output) throws IOException;

  /** All lines of a batch, partition by partition. */
  List<String> lines(String output, long timeMs) throws IOException;
}
