package org.millrace.testkit.tester;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Runs a pipeline several times, once in peace and then with faults, and compares everything that
 * it {@link StreamTester#collect collects}: batches, records, their order and their partitions.
 *
 * <pre>{@code
 * PipelineCheck.of(
 *         StreamTester.builder(Durations.seconds(1)),
 *         tester -> {
 *           DStream<String> lines = tester.input(List.of(List.of("a b"), List.of("b")));
 *           tester.collect(WordCount.count(lines));
 *         })
 *     .run();
 * }</pre>
 *
 * The faults:
 *
 * <ul>
 *   <li><b>failed tasks</b>: each task runs to its end and is then taken as failed, once, so that
 *       it runs again, on another executor where that can be;
 *   <li><b>failed batches</b>: each batch fails once behind each collected output and is run again
 *       ({@code millrace.batch.onFailure=retry});
 *   <li><b>lost executor</b>, for each seed: an executor dies in the middle of a batch, both drawn
 *       from the seed, and is replaced;
 *   <li><b>killed and restarted</b>, for each seed: driver and executors die together at any
 *       moment, and the application goes on from its checkpoint; odd seeds have a snapshot of keyed
 *       state for each batch, even ones none.
 * </ul>
 *
 * Keyed state that an executor takes along is restored from a snapshot, and the batches since are
 * applied to it again: what computes it must give the same for the same records.
 */
public final class PipelineCheck {
  private static final List<Long> USUAL_SEEDS = List.of(1L, 2L, 3L);

  private final StreamTester.Builder testers;
  private final Pipeline pipeline;
  private final List<Long> seeds;
  private final int moreBatches;

  /** A pipeline with its inputs and what is collected of it; called once for each run. */
  @FunctionalInterface
  public interface Pipeline {
    /**
     * Defines inputs with all that they will ever have, streams, and what is collected; the same in
     * each call.
     */
    void define(StreamTester tester);
  }

  /**
   * What was done, a sentence each.
   *
   * @param applied faults under which the outputs were the same
   * @param leftOut faults that the pipeline was not put under, and why
   */
  public record Report(List<String> applied, List<String> leftOut) {
    /** Copies the lists. */
    public Report {
      applied = List.copyOf(applied);
      leftOut = List.copyOf(leftOut);
    }
  }

  private PipelineCheck(
      StreamTester.Builder testers, Pipeline pipeline, List<Long> seeds, int moreBatches) {
    this.testers = testers;
    this.pipeline = pipeline;
    this.seeds = seeds;
    this.moreBatches = moreBatches;
  }

  /** A check with three seeds that ends when the inputs are empty. */
  public static PipelineCheck of(StreamTester.Builder testers, Pipeline pipeline) {
    return new PipelineCheck(
        Objects.requireNonNull(testers, "testers"),
        Objects.requireNonNull(pipeline, "pipeline"),
        USUAL_SEEDS,
        0);
  }

  /** The same with other seeds; for each an executor is lost once, and the application killed. */
  public PipelineCheck seeds(long... others) {
    return new PipelineCheck(
        testers, pipeline, Arrays.stream(others).boxed().toList(), moreBatches);
  }

  /** The same with so many batches after the inputs are empty. */
  public PipelineCheck moreBatches(int batches) {
    return new PipelineCheck(testers, pipeline, seeds, batches);
  }

  /**
   * Runs the pipeline without and with faults.
   *
   * @throws AssertionError when an output differs or a run fails because of a fault; names fault,
   *     seed, output and batch
   * @throws MillraceException when the pipeline fails without faults
   */
  public Report run() {
    Undisturbed peace = new Undisturbed();
    List<List<CollectedBatch<?>>> expected = outputs(peace);
    requireSomething(expected);
    List<String> applied = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    compare(new FailedBatches(), expected, applied);
    if (peace.finishedTasks() == 0) {
      leftOut.add("failed tasks: no batch has a task");
      leftOut.add("lost executor: no batch has a task");
      leftOut.add("killed and restarted: no batch has a task");
      return new Report(applied, leftOut);
    }
    compare(new FailedTasks(), expected, applied);
    for (long seed : seeds) {
      compare(new LostExecutor(seed, peace.finishedTasks()), expected, applied);
    }
    for (long seed : seeds) {
      compare(new KilledApplication(seed, peace.finishedTasks()), expected, applied);
    }
    return new Report(applied, leftOut);
  }

  private static void requireSomething(List<List<CollectedBatch<?>>> expected) {
    String missing = null;
    if (expected.isEmpty()) {
      missing = "collects nothing; call tester.collect on the streams that matter";
    } else if (expected.stream().allMatch(List::isEmpty)) {
      missing = "has no batch; give its inputs entries, or ask for more batches";
    }
    if (missing != null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "there is nothing to compare: the pipeline " + missing);
    }
  }

  private List<List<CollectedBatch<?>>> outputs(Disturbance disturbance) {
    try (StreamTester tester = testers.build(disturbance)) {
      tester.define(pipeline);
      tester.runUntilInputsAreEmpty();
      tester.runBatches(moreBatches);
      return tester.outputs();
    }
  }

  private void compare(
      Disturbance disturbance, List<List<CollectedBatch<?>>> expected, List<String> applied) {
    List<List<CollectedBatch<?>>> actual;
    try {
      actual = outputs(disturbance);
    } catch (MillraceException failure) {
      throw new AssertionError(disturbance + ": the pipeline failed: " + failure, failure);
    }
    new OutputComparison(disturbance.toString()).requireSame(expected, actual);
    if (!disturbance.happened()) {
      throw new AssertionError(disturbance + " did not happen: the runs differ in their tasks");
    }
    applied.add(disturbance.toString());
  }
}
