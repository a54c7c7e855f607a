package org.millrace.am.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.millrace.am.log.Journal;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.publish.PreparedOutput;
import org.millrace.checkpoint.publish.Publisher;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.publish.StagedSink;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what committed batches prepared, in the order of the batches, off their path: files get
 * their names, sinks are told to commit. The decision was the commit record: a publish that is not
 * known to have happened is repeated, never undone, by this driver or by one that has replayed the
 * record. Owned by the driver loop.
 *
 * <pre>
 *   queued -> tried -> all outputs done: OutputPublished, the next batch
 *                   -> some not known: tried again after a pause, those alone
 *                   -> a sink has FAILED, or the time is up: given up, the application stops
 *   any, when the application ends -> a last few seconds, then given up
 * </pre>
 */
public final class OutputPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(OutputPublisher.class);
  private static final long FIRST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 10_000;

  /** Answers that asking again does not change, unless another driver is at it as well. */
  private static final int MOST_REFUSALS = 6;

  /** Batches that are committed and not published while the next ones run. */
  private static final int MOST_BEHIND = 20;

  /** How long an application that ends waits for one batch to be published. */
  private static final long END_MS = 10_000;

  private static final long CLEAN_UP_NANOS = 60_000_000_000L;

  private final Publisher publisher;
  private final DurableFiles files;
  private final SinkRegistry sinks;
  private final Journal journal;
  private final Loop loop;
  private final Clock clock;
  private final long timeoutMs;
  private final Consumer<MillraceException> onFailure;
  private final Deque<Batch> queue = new ArrayDeque<>();
  private final List<Runnable> whenIdle = new ArrayList<>();
  private final List<Runnable> whenRoom = new ArrayList<>();

  /** When each sink was last told to clean up; none before its first commit in this driver. */
  private final Map<String, Long> cleanedAtNanos = new HashMap<>();

  /** True from the first try of a batch to its last, the pauses included. */
  private boolean publishing;

  private boolean givenUp;
  private boolean ending;

  /** One batch; {@code open} are the outputs that are not known to be published. */
  private static final class Batch {
    final long timeMs;
    final List<PreparedOutput> outputs;
    final List<PreparedOutput> open;
    long sinceNanos;
    int tries;
    int refusals;
    String problem = "";

    /**
     * A driver before this one may have published it, and somebody used and removed the outputs
     * since.
     */
    final boolean before;

    Batch(long timeMs, List<PreparedOutput> outputs, boolean before) {
      this.timeMs = timeMs;
      this.before = before;
      this.outputs = outputs;
      this.open = new ArrayList<>(outputs);
    }
  }

  /**
   * A publisher that has nothing to do yet.
   *
   * @param timeoutMs how long a batch may stay committed and not published before the application
   *     stops
   */
  public OutputPublisher(
      DurableFiles files,
      SinkRegistry sinks,
      Journal journal,
      Loop loop,
      Clock clock,
      long timeoutMs,
      Consumer<MillraceException> onFailure) {
    this.publisher = new Publisher(files);
    this.files = files;
    this.sinks = sinks;
    this.journal = journal;
    this.loop = loop;
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    this.onFailure = onFailure;
  }

  /** The commit of the batch is durable. */
  public void publish(long batchTimeMs, List<? extends PreparedOutput> outputs) {
    add(new Batch(batchTimeMs, List.copyOf(outputs), false));
  }

  /** A driver before this one committed the batch, and published it or not. */
  public void publishAgain(long batchTimeMs, List<? extends PreparedOutput> outputs) {
    add(new Batch(batchTimeMs, List.copyOf(outputs), true));
  }

  private void add(Batch batch) {
    if (!batch.outputs.isEmpty()) {
      boolean first = queue.isEmpty();
      queue.add(batch);
      publishNext();
      if (ending && first) {
        end();
      }
    }
  }

  /** Runs when all that was given is published, or it was given up; at once if it is. */
  public void whenIdle(Runnable action) {
    if (queue.isEmpty() || givenUp) {
      action.run();
    } else {
      whenIdle.add(action);
    }
  }

  /**
   * Runs when few enough batches wait to be published for another one to run, or publishing was
   * given up; at once if it is so.
   */
  public void whenRoom(Runnable action) {
    if (queue.size() < MOST_BEHIND || givenUp) {
      action.run();
    } else {
      whenRoom.add(action);
    }
  }

  /** The application ends: what cannot be published soon is left to the next start. */
  public void endSoon() {
    if (!ending) {
      ending = true;
      end();
    }
  }

  private void end() {
    Batch oldest = queue.peek();
    loop.schedule(END_MS, () -> giveUpUnlessMoved(oldest));
  }

  private void giveUpUnlessMoved(Batch before) {
    Batch batch = queue.peek();
    if (batch == null || givenUp) {
      return;
    }
    if (batch != before) {
      end();
    } else {
      giveUp(
          batch,
          failureOf(batch),
          "the application ended before it was published"
              + (batch.problem.isEmpty() ? "" : ": " + batch.problem),
          null);
    }
  }

  /** Why the oldest batch could not be published yet; empty when nothing is wrong. */
  public Optional<String> problem() {
    Batch oldest = queue.peek();
    return oldest == null || oldest.problem.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Batch " + oldest.timeMs + " ms is committed and not published: " + oldest.problem);
  }

  private void publishNext() {
    Batch batch = queue.peek();
    if (batch == null || publishing || givenUp) {
      return;
    }
    publishing = true;
    batch.sinceNanos = clock.nanoTime();
    publish(batch);
  }

  private void publish(Batch batch) {
    if (givenUp) {
      return;
    }
    batch.tries++;
    Map<PreparedOutput, CompletableFuture<CommitOutcome>> asked = new LinkedHashMap<>();
    batch.open.forEach(output -> asked.put(output, outcome(output, batch)));
    Answers.post(
        CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new)),
        loop,
        (all, failure) -> onTried(batch, asked));
  }

  private CompletableFuture<CommitOutcome> outcome(PreparedOutput output, Batch batch) {
    if (output instanceof StagedSink sink) {
      return sinks.commit(sink, batch.timeMs);
    }
    StagedOutput staged = (StagedOutput) output;
    CompletableFuture<Outcome> published = publisher.publish(staged);
    return (batch.before
            ? published.exceptionally(failure -> doneIfGone(staged, failure))
            : published)
        .thenApply(
            outcome ->
                outcome == Outcome.DONE
                    ? CommitOutcome.done()
                    : CommitOutcome.unknown("the rename ended with " + outcome, null));
  }

  /** What was staged leaves its place by the publish only. */
  private static Outcome doneIfGone(StagedOutput output, Throwable failure) {
    if (Answers.cause(failure) instanceof MillraceException known
        && known.code() == ErrorCode.NO_SUCH_PATH) {
      LOG.info("{} was published before the restart and is gone since", output.targetDirectory());
      return Outcome.DONE;
    }
    throw new CompletionException(Answers.cause(failure));
  }

  private void onTried(Batch batch, Map<PreparedOutput, CompletableFuture<CommitOutcome>> asked) {
    if (givenUp) {
      return;
    }
    boolean refused = false;
    for (Map.Entry<PreparedOutput, CompletableFuture<CommitOutcome>> one : asked.entrySet()) {
      PreparedOutput output = one.getKey();
      CommitOutcome outcome = one.getValue().exceptionally(OutputPublisher::unknown).join();
      switch (outcome.kind()) {
        case DONE -> batch.open.remove(output);
        case UNKNOWN -> {
          batch.problem = output.description() + ": " + outcome.reason();
          refused |= isRefusal(outcome);
          LOG.warn(
              "batch {} ms is not published in try {}: {}",
              batch.timeMs,
              batch.tries,
              batch.problem,
              outcome.cause().orElse(null));
        }
        case FAILED -> {
          giveUp(
              batch,
              ErrorCode.SINK_FAILED,
              output.description() + " could not be published: " + outcome.reason(),
              outcome.cause().orElse(null));
          return;
        }
      }
    }
    batch.refusals = refused ? batch.refusals + 1 : 0;
    if (batch.open.isEmpty()) {
      onPublished(batch);
    } else if (batch.refusals >= MOST_REFUSALS || isLate(batch)) {
      giveUp(
          batch,
          failureOf(batch),
          "not published in "
              + batch.tries
              + " tries (millrace.output.publishTimeout is "
              + timeoutMs
              + " ms): "
              + batch.problem,
          null);
    } else {
      long pauseMs = FIRST_PAUSE_MS << Math.min(batch.tries - 1, 20);
      loop.schedule(Math.min(pauseMs, LONGEST_PAUSE_MS), () -> publish(batch));
    }
  }

  private static ErrorCode failureOf(Batch batch) {
    return batch.open.get(0) instanceof StagedSink
        ? ErrorCode.SINK_FAILED
        : ErrorCode.STORAGE_FAILED;
  }

  private static CommitOutcome unknown(Throwable failure) {
    Throwable cause = Answers.cause(failure);
    return CommitOutcome.unknown(
        cause instanceof MillraceException ? cause.getMessage() : cause.toString(), cause);
  }

  private static boolean isRefusal(CommitOutcome outcome) {
    return outcome.cause().isPresent()
        && outcome.cause().get() instanceof MillraceException known
        && !known.code().isRetryable();
  }

  private boolean isLate(Batch batch) {
    return clock.nanoTime() - batch.sinceNanos > timeoutMs * 1_000_000;
  }

  private void onPublished(Batch batch) {
    publishing = false;
    queue.remove();
    journal.append(new DriverEvent.OutputPublished(batch.timeMs));
    for (PreparedOutput output : batch.outputs) {
      if (output instanceof StagedOutput staged) {
        removeStaging(staged);
      } else if (output instanceof StagedSink staged) {
        cleanUp(staged.outputId(), batch.timeMs);
      }
    }
    if (queue.isEmpty()) {
      run(whenIdle);
    }
    if (queue.size() < MOST_BEHIND) {
      run(whenRoom);
    }
    publishNext();
  }

  /** What failed attempts left; it is in nobody's way when it stays. */
  private void removeStaging(StagedOutput output) {
    String staging = TextOutputs.stagingOf(output);
    Answers.post(
        files.delete(staging),
        loop,
        (outcome, failure) -> {
          if (outcome != Outcome.DONE) {
            LOG.warn("{} could not be removed: {}", staging, failure == null ? outcome : failure);
          }
        });
  }

  private void cleanUp(String outputId, long batchTimeMs) {
    Long before = cleanedAtNanos.get(outputId);
    long now = clock.nanoTime();
    if (before == null || now - before >= CLEAN_UP_NANOS) {
      cleanedAtNanos.put(outputId, now);
      Answers.postSuccess(sinks.cleanUp(outputId, batchTimeMs), loop, () -> {});
    }
  }

  private void giveUp(Batch batch, ErrorCode code, String why, Throwable cause) {
    givenUp = true;
    onFailure.accept(
        new MillraceException(
            code,
            "the outputs of batch "
                + batch.timeMs
                + " ms are committed, so the batch is not run again, but "
                + why
                + "; what was staged is still there, and an application with a checkpoint"
                + " directory publishes it first when it is started again",
            cause));
    run(whenIdle);
    run(whenRoom);
  }

  private static void run(List<Runnable> waiting) {
    List<Runnable> actions = new ArrayList<>(waiting);
    waiting.clear();
    actions.forEach(Runnable::run);
  }
}
