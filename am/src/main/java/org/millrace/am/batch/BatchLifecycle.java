package org.millrace.am.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.millrace.am.batch.BatchStatus.State;
import org.millrace.am.listen.ListenerBus;
import org.millrace.am.log.Journal;
import org.millrace.am.publish.BatchOutputs;
import org.millrace.am.publish.OutputPublisher;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.snapshot.StateKeeper;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.streaming.Time;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.CommitOutcome;
import org.millrace.checkpoint.publish.PreparedOutput;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of an application, from tick to publish. Owned by the driver loop.
 *
 * <pre>
 *   tick -> cutting -> cut appended: WAITING -> (cut durable, batch before ended) RUNNING
 *     outputs done -> commit appended: COMPLETED -> commit durable: published, input released
 *     outputs failed -> stop: FAILED, application stops
 *                     | retry: RUNNING again after a pause, then as stop
 *                     | skip: commit appended: SKIPPED -> commit durable: input released
 * </pre>
 *
 * After a restart, before the first batch runs: decided batches are replayed, one after the other,
 * then those that were cut wait.
 *
 * <p>One batch runs at a time and they commit in order. A batch without input runs its outputs like
 * any other; runs of them are one record.
 */
public final class BatchLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(BatchLifecycle.class);
  private static final int MOST_EMPTY_IN_A_RECORD = 1_000;

  /** Where past batches are looked back at, what they hold is given back with these records. */
  private static final int MOST_EMPTY_WITH_PAST = 10;

  /** A restart runs those again that are in no record. */
  private static final long LONGEST_EMPTY_MS = 1_000;

  /** What batches need of the driver. Immutable. */
  public record Services(
      Clock clock,
      Loop loop,
      BlockingWork work,
      Journal journal,
      OutputPublisher publisher,
      KeptDatasets datasets,
      CommittedTime committed,
      ListenerBus listeners) {}

  private final Services services;
  private final StreamGraph graph;
  private final BatchPolicy policy;
  private final InputCutter cutter;
  private final InputRelease release;
  private final StreamEvaluator evaluator;
  private final BatchEvents events;
  private final BatchRunner runner;
  private final BatchListener listener;
  private final BatchClock clock;
  private final BatchHistory history;
  private final PendingTicks ticks;
  private final int mostEmptyInARecord;
  private final long stateLookBackMs;
  private final Deque<Batch> waiting = new ArrayDeque<>();
  private final Map<Integer, Long> queueIndexes = new HashMap<>();
  private final RepeatedFailure repeated = new RepeatedFailure();

  // Volatile: set once by the loop, also read by threads of the program.
  private volatile StreamTimes times;

  private Batch running;
  private boolean replaying;
  private boolean cutting;
  private boolean stopped;
  private long emptyFromMs;
  private long emptyCount;
  private long emptyUntilMs;
  private CompletableFuture<Void> drained;
  private final CompletableFuture<Void> idle = new CompletableFuture<>();

  public BatchLifecycle(
      Services services,
      StreamGraph graph,
      BatchPolicy policy,
      InputCutter cutter,
      JobRunner jobs,
      BatchOutputs outputs,
      BatchListener listener) {
    this.services = services;
    this.graph = graph;
    this.policy = policy;
    this.cutter = cutter;
    this.listener = listener;
    StreamRetention retention = new StreamRetention(graph);
    this.stateLookBackMs = retention.stateLookBackMs();
    this.release = new InputRelease(graph.inputs(), retention, cutter::release);
    this.evaluator = new StreamEvaluator(graph, retention, services.datasets());
    this.events = new BatchEvents(services.listeners(), services.clock());
    this.runner = new BatchRunner(evaluator, jobs, outputs, events);
    this.ticks = new PendingTicks(policy.intervalMs());
    this.mostEmptyInARecord = mostEmpty(graph, retention, policy.intervalMs());
    this.clock = new BatchClock(services.clock(), services.loop(), policy.intervalMs(), this::tick);
    this.history = new BatchHistory(policy.retained());
  }

  private static int mostEmpty(StreamGraph graph, StreamRetention retention, long intervalMs) {
    int most = retention.hasPast() ? MOST_EMPTY_WITH_PAST : MOST_EMPTY_IN_A_RECORD;
    return graph.checkpointDirectory().isPresent()
        ? (int) Math.max(1, Math.min(most, LONGEST_EMPTY_MS / intervalMs))
        : most;
  }

  /**
   * State is kept beyond its executors: input is kept as long as state may be computed from it
   * again. Before the start.
   */
  public void keepStates(StateKeeper keeper) {
    evaluator.lineage(keeper.lineage());
    release.recoveryPoint(keeper::recoveryPointMs);
    keeper.whenMoved(this::onRecoveryPoint);
    services.committed().listener(keeper::onCommitted);
  }

  /** How long after its batch a view of state is looked at. */
  public long stateLookBackMs() {
    return stateLookBackMs;
  }

  private void onRecoveryPoint() {
    if (!stopped) {
      appendReleased(release.endedMs());
      services.journal().whenDurable(() -> release.onEnded(release.endedMs()));
    }
  }

  /** Begins; the first batch is at the first multiple of the interval after the start time. */
  public void start(long startTimeMs) {
    times = new StreamTimes(zeroMs(startTimeMs, policy.intervalMs()));
    clock.start(times.zeroMs() + policy.intervalMs());
  }

  /** The time one interval before the first batch of an application. */
  public static long zeroMs(long startTimeMs, long intervalMs) {
    return startTimeMs / intervalMs * intervalMs;
  }

  /**
   * Goes on after another driver: knows again what it decided, runs what it cut and did not decide,
   * then the batches whose time passed meanwhile.
   *
   * @param restoredMs states that executors have as they were after the batch {@code
   *     from.recoveryMs()}: the batch that changed each last, by the number of its stream
   */
  public void resume(Resumption from, Map<Integer, Long> restoredMs) {
    from.failed().ifPresent(repeated::before);
    times = new StreamTimes(from.zeroMs());
    if (!restoredMs.isEmpty()) {
      evaluator.restored(restoredMs, from.zeroMs(), from.recoveryMs());
    }
    services.committed().advance(from.recoveryMs());
    Deque<Batch> past = new ArrayDeque<>();
    from.cuts()
        .headMap(from.recoveryMs(), true)
        .forEach((timeMs, cuts) -> past.add(pastBatch(from, timeMs)));
    int known = past.size();
    for (long at = from.recoveryMs() + policy.intervalMs();
        at <= from.lastDecidedMs();
        at += policy.intervalMs()) {
      past.add(pastBatch(from, at));
    }
    for (long at = from.lastDecidedMs() + policy.intervalMs();
        at <= from.lastBatchMs();
        at += policy.intervalMs()) {
      Batch batch = batch(at, cutsOf(from, at), services.clock().nowMs());
      waiting.add(batch);
      release.onCut(batch);
      events.submitted(batch);
    }
    replaying = true;
    replayNext(past, known);
    clock.start(from.lastBatchMs() + policy.intervalMs());
  }

  private Batch pastBatch(Resumption from, long timeMs) {
    Batch batch = batch(timeMs, cutsOf(from, timeMs), timeMs);
    batch.state = from.skipped().contains(timeMs) ? State.SKIPPED : State.COMPLETED;
    release.onCut(batch);
    return batch;
  }

  private List<InputCut> cutsOf(Resumption from, long timeMs) {
    List<InputCut> cuts = from.cuts().get(timeMs);
    return cuts == null ? cutter.nothing() : cuts;
  }

  private Batch batch(long timeMs, List<InputCut> cuts, long submittedAtMs) {
    return new Batch(timeMs, times, cuts, graph.outputs(), submittedAtMs);
  }

  /**
   * @param past that were decided and are not known to the evaluator yet, in order
   * @param known how many of them state needs no more
   */
  private void replayNext(Deque<Batch> past, int known) {
    Batch next = past.poll();
    if (next == null || stopped) {
      replaying = false;
      if (stopped) {
        halt();
      } else {
        runNext();
      }
      return;
    }
    Answers.post(
        services
            .work()
            .run(
                "batch",
                () -> {
                  runner.replay(next, known == 0);
                  return true;
                }),
        services.loop(),
        (done, failure) -> {
          if (failure != null && !stopped) {
            onReplayFailed(next, asMillrace(failure), past, known);
          } else if (failure != null) {
            replaying = false;
            halt();
          } else {
            if (known == 0 && next.state == State.COMPLETED) {
              services.committed().advance(next.timeMs);
            }
            replayNext(past, Math.max(0, known - 1));
          }
        });
  }

  private void onReplayFailed(
      Batch batch, MillraceException failure, Deque<Batch> past, int known) {
    if (waitsForOutside(batch, failure)) {
      LOG.warn(
          "batch {} ms is computed again after the restart, its storage is away: {}",
          batch.timeMs,
          failure.getMessage());
      past.addFirst(batch);
      services.loop().schedule(policy.retryDelayMs(), () -> replayNext(past, known));
    } else {
      replaying = false;
      stopWith(batch, failure);
    }
  }

  /** The time before the first batch; empty before the start. Any thread. */
  public Optional<Time> zeroTime() {
    return Optional.ofNullable(times).map(known -> new Time(known.zeroMs()));
  }

  /**
   * The dataset of a stream at a time; empty when it has none then. Called by threads of the
   * program.
   *
   * @throws MillraceException ILLEGAL_USE when there is none yet or none any more
   */
  public Optional<RddNode> dataset(StreamNode stream, Time time) {
    try {
      return evaluator.dataset(stream, time.milliseconds());
    } catch (MillraceException known) {
      throw known;
    } catch (Exception failure) {
      throw new MillraceException(
          ErrorCode.BATCH_FAILED,
          stream.description() + " cannot be computed for " + time + ": " + failure,
          failure);
    }
  }

  /**
   * Runs what was received, then stops: completes after one more tick took all that is left, and
   * all batches have committed and are published. Receivers have stopped before.
   */
  public CompletableFuture<Void> drain() {
    if (drained == null) {
      drained = new CompletableFuture<>();
    }
    return drained;
  }

  /**
   * Starts no more batches; completes when the one that runs has ended, and what was committed is
   * durable and published.
   */
  public CompletableFuture<Void> stop() {
    halt();
    return idle;
  }

  private void halt() {
    stopped = true;
    clock.stop();
    ticks.clear();
    waiting.clear();
    services.publisher().endSoon();
    if (running == null && !replaying && !idle.isDone()) {
      flushEmpty();
      whenSettled(() -> idle.complete(null));
    }
  }

  /** The batches that wait or run, the newest first, then those that ended; at most so many. */
  public List<BatchStatus> status(int most) {
    List<BatchStatus> status = new ArrayList<>();
    for (Iterator<Batch> newest = waiting.descendingIterator();
        newest.hasNext() && status.size() < most; ) {
      status.add(newest.next().status());
    }
    if (running != null && status.size() < most) {
      status.add(running.status());
    }
    status.addAll(history.newest(Math.max(0, most - status.size())));
    return status;
  }

  public long completed() {
    return history.completed();
  }

  public long skipped() {
    return history.skipped();
  }

  /** Records of completed batches. */
  public long records() {
    return history.records();
  }

  /** Batches whose time has come and that do not run yet, whether they have their input or not. */
  public int waitingBatches() {
    return waiting.size() + ticks.size();
  }

  public long lastProcessingNanos() {
    return history.lastProcessingNanos();
  }

  private void tick(long timeMs) {
    ticks.add(timeMs);
    cutNext();
  }

  /**
   * One cut at a time, in the order of the ticks: a cut changes what the next one finds. When too
   * many batches wait the ticks do: each still becomes a batch, but what arrived meanwhile goes
   * into the first of them.
   */
  private void cutNext() {
    if (cutting || ticks.isEmpty() || stopped) {
      return;
    }
    if (waiting.size() >= policy.maxWaiting()) {
      ticks.hold();
      return;
    }
    boolean held = ticks.isHeld();
    long timeMs = ticks.poll();
    cutting = true;
    Answers.post(
        cutter.cut(timeMs),
        services.loop(),
        (cuts, failure) -> {
          cutting = false;
          if (stopped) {
            return;
          }
          if (failure != null) {
            fail(timeMs, failure);
            return;
          }
          // A batch that had no room is late since its time.
          onCut(timeMs, cuts, held ? timeMs : services.clock().nowMs());
          cutNext();
        });
  }

  private void onCut(long timeMs, List<InputCut> cuts, long submittedAtMs) {
    Batch batch = batch(timeMs, cuts, submittedAtMs);
    if (!batch.isEmpty()) {
      flushEmpty();
      services.journal().append(CutEvents.of(batch, queueIndexes));
    }
    // Taken here and not by a replayed record: the trackers deal in their own terms and the record
    // was made from the same cut.
    cutter.taken(cuts);
    release.onCut(batch);
    waiting.add(batch);
    events.submitted(batch);
    if (drained != null && !cutter.hasMore()) {
      clock.stop();
      ticks.clear();
    }
    runNext();
  }

  private void runNext() {
    if (running != null || replaying || stopped) {
      return;
    }
    Batch next = waiting.poll();
    if (next == null) {
      finishDraining();
      return;
    }
    running = next;
    Runnable start = () -> services.publisher().whenRoom(() -> run(next));
    if (next.isEmpty()) {
      start.run();
    } else {
      services.journal().whenDurable(start);
    }
    cutNext();
  }

  private void finishDraining() {
    if (drained != null && !clock.isRunning() && !cutting && !drained.isDone()) {
      flushEmpty();
      whenSettled(() -> drained.complete(null));
    }
  }

  /** The action of a commit runs before this one: it was given to the journal before. */
  private void whenSettled(Runnable action) {
    services.journal().whenDurable(() -> services.publisher().whenIdle(action));
  }

  private void run(Batch batch) {
    if (stopped) {
      running = null;
      halt();
      return;
    }
    batch.state = State.RUNNING;
    batch.runs++;
    batch.startedAtMs = services.clock().nowMs();
    batch.startedAtNanos = services.clock().nanoTime();
    if (batch.runs == 1) {
      events.started(batch);
    }
    Answers.post(
        services.work().run("batch", () -> runner.run(batch)),
        services.loop(),
        (prepared, failure) -> onRan(batch, prepared, failure));
  }

  private void onRan(Batch batch, List<PreparedOutput> prepared, Throwable failure) {
    batch.endedAtMs = services.clock().nowMs();
    batch.processingNanos = services.clock().nanoTime() - batch.startedAtNanos;
    if (stopped && failure != null) {
      batch.state = State.FAILED;
      running = null;
      halt();
    } else if (failure == null) {
      batch.error = "";
      batch.prepared = prepared;
      commit(batch, State.COMPLETED);
    } else {
      onFailed(batch, asMillrace(failure));
    }
  }

  private void onFailed(Batch batch, MillraceException failure) {
    batch.error = failure.getMessage();
    if (waitsForOutside(batch, failure)) {
      LOG.warn(
          "batch {} ms is run again, its storage or sink is away, or a disk is full: {}",
          batch.timeMs,
          batch.error);
      services.loop().schedule(policy.retryDelayMs(), () -> run(batch));
      return;
    }
    LOG.error("batch {} ms failed", batch.timeMs, failure);
    switch (policy.onFailure()) {
      case SKIP -> commit(batch, State.SKIPPED);
      case RETRY -> {
        int failures = batch.runs - batch.outsideFailures;
        if (failures <= policy.retries() && !repeated.isRepeated(batch.timeMs, failure)) {
          services.loop().schedule(policy.retryDelayMs(), () -> run(batch));
        } else {
          stopWith(batch, failure);
        }
      }
      case STOP -> stopWith(batch, failure);
    }
  }

  /**
   * A batch that is not decided has left nothing behind but what it staged, under names that no
   * other run has: it may be run again also when nobody knows what was written.
   */
  private boolean waitsForOutside(Batch batch, MillraceException failure) {
    if (failure.code() != ErrorCode.STORAGE_FAILED
        && failure.code() != ErrorCode.DURABILITY_UNKNOWN
        && failure.code() != ErrorCode.SINK_AWAY
        && failure.code() != ErrorCode.DISK_FULL) {
      return false;
    }
    long nowNanos = services.clock().nanoTime();
    if (batch.outsideFailures++ == 0) {
      batch.outsideFailedNanos = nowNanos;
    }
    return nowNanos - batch.outsideFailedNanos
        < TimeUnit.MILLISECONDS.toNanos(policy.outsidePatienceMs());
  }

  private void stopWith(Batch batch, MillraceException failure) {
    batch.state = State.FAILED;
    running = null;
    services.journal().append(RepeatedFailure.event(batch.timeMs, failure));
    ended(batch);
    halt();
    listener.onBatchesStopped(
        repeated.isRepeated(batch.timeMs, failure) ? RepeatedFailure.again(failure) : failure);
  }

  private void commit(Batch batch, State state) {
    batch.state = state;
    if (batch.isEmpty() && batch.prepared.isEmpty() && state == State.COMPLETED) {
      countEmpty(batch.timeMs);
    } else {
      boolean completed = state == State.COMPLETED;
      flushEmpty();
      services
          .journal()
          .append(
              new DriverEvent.BatchCommitted(
                  batch.timeMs,
                  completed ? CommitOutcome.COMPLETED : CommitOutcome.SKIPPED,
                  batch.prepared));
      appendReleased(batch.timeMs);
      services
          .journal()
          .whenDurable(
              () -> {
                if (completed) {
                  services.committed().advance(batch.timeMs);
                }
                release.onEnded(batch.timeMs);
                services.publisher().publish(batch.timeMs, batch.prepared);
              });
    }
    running = null;
    ended(batch);
    if (stopped) {
      halt();
    } else {
      runNext();
    }
  }

  private void ended(Batch batch) {
    BatchStatus status = batch.status();
    history.add(status, batch.processingNanos);
    events.completed(batch);
    listener.onBatchEnded(status);
  }

  private void fail(long timeMs, Throwable failure) {
    MillraceException cause = asMillrace(failure);
    LOG.error("batch {} ms could not be cut", timeMs, cause);
    halt();
    listener.onBatchesStopped(cause);
  }

  /** Goes into the same flush as the decision, which it follows from. */
  private void appendReleased(long decidedMs) {
    release
        .freedBy(decidedMs)
        .ifPresent(untilMs -> services.journal().append(new DriverEvent.InputReleased(untilMs)));
  }

  /** A run of empty batches is one record. */
  private void countEmpty(long timeMs) {
    if (emptyCount == 0) {
      emptyFromMs = timeMs;
    }
    emptyCount++;
    emptyUntilMs = timeMs;
    if (emptyCount >= mostEmptyInARecord) {
      flushEmpty();
    }
  }

  private void flushEmpty() {
    if (emptyCount > 0) {
      services.journal().append(new DriverEvent.EmptyBatches(emptyFromMs, emptyCount));
      emptyCount = 0;
      long untilMs = emptyUntilMs;
      appendReleased(untilMs);
      services
          .journal()
          .whenDurable(
              () -> {
                services.committed().advance(untilMs);
                release.onEnded(untilMs);
              });
    }
  }

  private static MillraceException asMillrace(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof MillraceException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof MillraceException known
        ? known
        : new MillraceException(ErrorCode.INTERNAL, failure.toString(), failure);
  }
}
