package org.millrace.runner.task;

import java.util.Objects;
import org.millrace.runner.conf.Technique;

/**
 * How tasks run. Immutable.
 *
 * @param pageBytes a shuffle page is closed when it has this many bytes; also how much of a block a
 *     step processes
 * @param filePageBytes how much of a file is read at once
 * @param maxLineBytes a longer line fails the task with RECORD_TOO_LARGE
 * @param maxResultBytes a task whose result is larger fails with RESULT_TOO_LARGE; setting
 *     millrace.driver.maxResultSize
 * @param templatesKept templates and, apart, function sets that are remembered
 * @param pipelinesKept idle pipelines that a slot keeps
 * @param peerTimeoutMs how long another executor may take to give a page of a kept partition
 * @param results how results go to the driver
 * @param reports how the driver is told that tasks have finished
 */
public record TaskSettings(
    int pageBytes,
    int filePageBytes,
    int maxLineBytes,
    long maxResultBytes,
    int templatesKept,
    int pipelinesKept,
    long peerTimeoutMs,
    Results results,
    TaskReporting reports) {
  /** How the records of a result are handed over. */
  public enum Results {
    /** A {@code List<Object>}: driver and executor are one process. */
    BY_REFERENCE,
    /** A {@code ByteBuffer} in the record encoding. */
    ENCODED
  }

  public static final TaskSettings DEFAULT =
      new TaskSettings(
          128 << 10,
          256 << 10,
          32 << 20,
          256L << 20,
          1_024,
          256,
          10_000,
          Results.ENCODED,
          Technique.REPORTS.isUsed() ? TaskReporting.TOGETHER : TaskReporting.EACH);

  public TaskSettings {
    Objects.requireNonNull(results, "results");
    Objects.requireNonNull(reports, "reports");
    requirePositive("pageBytes", pageBytes);
    requirePositive("filePageBytes", filePageBytes);
    requirePositive("maxLineBytes", maxLineBytes);
    requirePositive("maxResultBytes", maxResultBytes);
    requirePositive("templatesKept", templatesKept);
    requirePositive("pipelinesKept", pipelinesKept);
    requirePositive("peerTimeoutMs", peerTimeoutMs);
  }

  private static void requirePositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", expected 1 or more");
    }
  }

  public TaskSettings withResults(Results form) {
    return new TaskSettings(
        pageBytes,
        filePageBytes,
        maxLineBytes,
        maxResultBytes,
        templatesKept,
        pipelinesKept,
        peerTimeoutMs,
        form,
        reports);
  }

  public TaskSettings withReports(TaskReporting how) {
    return new TaskSettings(
        pageBytes,
        filePageBytes,
        maxLineBytes,
        maxResultBytes,
        templatesKept,
        pipelinesKept,
        peerTimeoutMs,
        results,
        how);
  }

  public TaskSettings withMaxResultBytes(long bytes) {
    return new TaskSettings(
        pageBytes,
        filePageBytes,
        maxLineBytes,
        bytes,
        templatesKept,
        pipelinesKept,
        peerTimeoutMs,
        results,
        reports);
  }

  public TaskSettings withPageBytes(int bytes) {
    return new TaskSettings(
        bytes,
        filePageBytes,
        maxLineBytes,
        maxResultBytes,
        templatesKept,
        pipelinesKept,
        peerTimeoutMs,
        results,
        reports);
  }

  public TaskSettings withPeerTimeoutMs(long timeoutMs) {
    return new TaskSettings(
        pageBytes,
        filePageBytes,
        maxLineBytes,
        maxResultBytes,
        templatesKept,
        pipelinesKept,
        timeoutMs,
        results,
        reports);
  }
}
