package org.millrace.runner.task;

import org.millrace.runner.shuffle.ShuffleKey;
import org.millrace.runner.task.Pipeline.Segment;
import org.millrace.runner.task.PullIterator.UpstreamFailure;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskMetrics;
import org.millrace.runner.wire.proto.TaskSpec;

/**
 * One attempt of a task as a step function: each step takes at most one page of input and never
 * blocks. Owned by the loop of the slot that took it, but for {@link #cancel}, which any thread may
 * call.
 *
 * <pre>
 *   OPENING --first step--> PREPARING --input is local, or may wait--> FEEDING --input ended--> FINISHING --> over
 *      any --cancel, or failure--> over
 * </pre>
 */
final class Task {
  private enum Phase {
    OPENING,
    PREPARING,
    FEEDING,
    FINISHING
  }

  private final TaskKey key;
  private final TaskSpec spec;
  private final TaskPlan plan;
  private final TaskServices services;
  private final long sequence;
  private Phase phase = Phase.OPENING;
  private Pipeline pipeline;
  private Feed source;
  private Feed feed;
  private long runNanos;
  private boolean waiting;

  // Volatile: set by the control loop, read by the slot between steps.
  private volatile boolean cancelled;

  Task(TaskKey key, TaskSpec spec, TaskPlan plan, TaskServices services, long sequence) {
    this.key = key;
    this.spec = spec;
    this.plan = plan;
    this.services = services;
    this.sequence = sequence;
  }

  TaskKey key() {
    return key;
  }

  TaskSpec spec() {
    return spec;
  }

  TaskPlan plan() {
    return plan;
  }

  /** Older tasks of the same job first. */
  long sequence() {
    return sequence;
  }

  /** Whether it reads a shuffle, and so must wait for it before a slot takes it. */
  boolean readsShuffle() {
    SourceKind kind = plan.template().template().getSource().getKind();
    return kind == SourceKind.SHUFFLE
        || kind == SourceKind.SHUFFLE_COMBINE
        || kind == SourceKind.SHUFFLE_GROUP;
  }

  ShuffleKey shuffleInput() {
    int shuffleId = spec.getInput().getShuffle().getShuffleId();
    return new ShuffleKey(key.jobId(), key.placementVersion(), shuffleId);
  }

  /** Takes effect before the next step; nothing is reported then. */
  void cancel() {
    cancelled = true;
  }

  boolean isCancelled() {
    return cancelled;
  }

  boolean isWaiting() {
    return waiting;
  }

  void resume() {
    waiting = false;
  }

  /** Runs one step. A task that fails reports it and is DONE. */
  Step step(PipelinePool pool, Runnable wake) {
    if (cancelled) {
      release(pool, false);
      return Step.DONE;
    }
    long startNanos = services.environment().clock().nanoTime();
    Step step;
    try {
      step = advance(pool, wake);
      runNanos += services.environment().clock().nanoTime() - startNanos;
      if (step == Step.DONE) {
        services.reports().finished(key, pipeline.sink().result(), metrics());
        release(pool, true);
      }
    } catch (Throwable e) {
      fail(pool, e instanceof UpstreamFailure ? e.getCause() : e);
      return Step.DONE;
    }
    waiting = step == Step.WAIT;
    return step;
  }

  private void fail(PipelinePool pool, Throwable cause) {
    services.reports().failed(key, cause);
    release(pool, false);
    if (cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError)) {
      services.environment().fatal().onFatal(key.toString(), cause);
    }
  }

  private Step advance(PipelinePool pool, Runnable wake) throws Exception {
    if (phase == Phase.OPENING) {
      open(pool);
      phase = pipeline.pulls() ? Phase.PREPARING : Phase.FEEDING;
    }
    if (phase == Phase.PREPARING) {
      Step prepared = source.prepareToBlock(wake);
      if (prepared != Step.DONE) {
        return prepared;
      }
      phase = Phase.FEEDING;
    }
    if (phase == Phase.FEEDING) {
      Step fed = feedOnePage(wake);
      if (fed != Step.DONE) {
        return fed;
      }
      phase = Phase.FINISHING;
    }
    return pipeline.sink().finish(wake);
  }

  private void open(PipelinePool pool) throws Exception {
    pipeline = pool.take(plan);
    Sink sink = pipeline.sink();
    sink.recordCount = 0;
    sink.begin(
        new SinkContext(
            key,
            spec.getArgument(),
            plan.template().template().getSink(),
            pipeline.functions(),
            services.codec(),
            services.shuffles(),
            services.environment()));
    source = FeedFactory.open(this, pipeline, services);
    feed = pipeline.feedOfLastSegment(source);
  }

  private Step feedOnePage(Runnable wake) throws Exception {
    Sink sink = pipeline.sink();
    Step ready = sink.ready(wake);
    if (ready != Step.DONE) {
      return ready;
    }
    if (sink.isSatisfied()) {
      return Step.DONE;
    }
    Segment last = pipeline.lastSegment();
    if (sink instanceof PartitionSink partitionSink) {
      partitionSink.call(new PullIterator(feed, last.head(), last.buffer()));
      return Step.DONE;
    }
    return feed.push(last.head(), wake);
  }

  private TaskMetrics metrics() {
    Sink sink = pipeline.sink();
    return TaskMetrics.newBuilder()
        .setRecordsIn(source.recordCount())
        .setRecordsOut(sink.recordCount)
        .setRunNanos(runNanos)
        .setShuffleBytesOut(sink.shuffleBytes())
        .setGenericSerializedBytes(sink.genericBytes())
        .build();
  }

  private void release(PipelinePool pool, boolean reusable) {
    if (source != null) {
      source.close();
      source = null;
      feed = null;
    }
    if (pipeline != null) {
      pipeline.clear();
      if (reusable) {
        pool.giveBack(pipeline);
      }
      pipeline = null;
    }
  }
}
