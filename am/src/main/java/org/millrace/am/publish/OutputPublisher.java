package org.millrace.am.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.millrace.am.log.Journal;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.publish.Publisher;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what committed batches prepared, in the order of the batches, off their path. The
 * decision was the commit: a publish that is not known to have happened is repeated, never undone.
 * Owned by the driver loop.
 */
public final class OutputPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(OutputPublisher.class);
  private static final long RETRY_MS = 500;
  private static final int MOST_TRIES = 20;

  private final Publisher publisher;
  private final DurableFiles files;
  private final Journal journal;
  private final Loop loop;
  private final Consumer<MillraceException> onFailure;
  private final Deque<Batch> queue = new ArrayDeque<>();
  private final List<Runnable> whenIdle = new ArrayList<>();

  /** True from the first try of a batch to its last, the pauses included. */
  private boolean publishing;

  private boolean givenUp;
  private int tries;

  private record Batch(long timeMs, List<StagedOutput> outputs) {}

  public OutputPublisher(
      DurableFiles files, Journal journal, Loop loop, Consumer<MillraceException> onFailure) {
    this.publisher = new Publisher(files);
    this.files = files;
    this.journal = journal;
    this.loop = loop;
    this.onFailure = onFailure;
  }

  /** The commit of the batch is durable. */
  public void publish(long batchTimeMs, List<StagedOutput> outputs) {
    if (!outputs.isEmpty()) {
      queue.add(new Batch(batchTimeMs, outputs));
      publishNext();
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

  private void publishNext() {
    Batch batch = queue.peek();
    if (batch == null || publishing || givenUp) {
      return;
    }
    publishing = true;
    publish(batch);
  }

  private void publish(Batch batch) {
    List<CompletableFuture<Outcome>> open = new ArrayList<>();
    batch.outputs().forEach(output -> open.add(publisher.publish(output)));
    Answers.post(
        CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)),
        loop,
        (all, failure) -> {
          boolean done =
              failure == null && open.stream().allMatch(one -> one.join() == Outcome.DONE);
          onTried(batch, done, failure);
        });
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

  private void onTried(Batch batch, boolean done, Throwable failure) {
    if (done) {
      tries = 0;
      publishing = false;
      queue.remove();
      journal.append(new DriverEvent.OutputPublished(batch.timeMs()));
      batch.outputs().forEach(this::removeStaging);
      if (queue.isEmpty()) {
        runWhenIdle();
      }
      publishNext();
    } else if (++tries < MOST_TRIES) {
      loop.schedule(RETRY_MS, () -> publish(batch));
    } else {
      givenUp = true;
      onFailure.accept(
          new MillraceException(
              ErrorCode.STORAGE_FAILED,
              "the outputs of batch "
                  + batch.timeMs()
                  + " ms are committed but could not be published in "
                  + MOST_TRIES
                  + " tries; they stand in "
                  + batch.outputs().get(0).stagedDirectory(),
              failure));
      runWhenIdle();
    }
  }

  private void runWhenIdle() {
    List<Runnable> actions = new ArrayList<>(whenIdle);
    whenIdle.clear();
    actions.forEach(Runnable::run);
  }
}
