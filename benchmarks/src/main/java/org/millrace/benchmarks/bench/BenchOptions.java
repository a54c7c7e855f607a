package org.millrace.benchmarks.bench;

import java.util.Map;

/**
 * What the command line asks of every run; a number that says "as usual" is 0, or -1 where 0 means
 * something.
 */
record BenchOptions(
    int cores,
    boolean isQuick,
    int warmUpMs,
    int measureMs,
    long rate,
    int checkRecords,
    String heap,
    Map<String, String> options) {}
