package org.millrace.runner.task;

import java.util.List;
import java.util.Set;
import org.millrace.runner.task.PullIterator.UpstreamFailure;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TaskMetrics;
import org.millrace.runner.wire.proto.TaskSpec;

/**
 * One attempt of a task as a step function: each step takes at most one page of input and never
 * blocks. Owned by the loop of the slot that took it, but for {@link #cancel}, which any thread may
 * call.
 *
 * <pre>
 *   OPENING --first step--> FEEDING --input ended--> FINISHING --sink done--> SETTLING --> over
 *      any --cancel, or failure--> over
 * </pre>
 */
final class Task {
  private enum Phase {
    OPENING,
    FEEDING,
    FINISHING,
    SETTLING
  }

  private final TaskKey key;
  private final TaskSpec spec;
  private final TaskPlan plan;
  private final TaskServices services;
  private final TaskStores stores;
  private final long sequence;
  private Phase phase = Phase.OPENING;
  private Pipeline pipeline;
  private Feed feed;
  private List<StateFeed> states;
  private List<CountedFeed> splits;
  private long runNanos;
  private boolean waiting;

  // Volatile: set by the control loop, read by the slot between steps.
  private volatile boolean cancelled;

  Task(TaskKey key, TaskSpec spec, TaskPlan plan, TaskServices services, long sequence) {
    this.key = key;
    this.spec = spec;
    this.plan = plan;
    this.services = services;
    this.stores = new TaskStores(services.store(), spec.getStoresList());
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

  /** The reduce partitions that must be here before a slot takes it. */
  Set<ShuffleInput> shuffleInputs() {
    return ShuffleInputs.of(spec.getInput());
  }

  /** Broadcast values that must be here before a slot takes it. */
  List<Long> broadcasts() {
    return plan.functions().getBroadcastsList();
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
        services.reports().finished(key, pipeline.sink().result(), report());
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
      phase = Phase.FEEDING;
    }
    if (phase == Phase.FEEDING) {
      Step fed = feedOnePage(wake);
      if (fed != Step.DONE) {
        return fed;
      }
      phase = Phase.FINISHING;
    }
    if (phase == Phase.FINISHING) {
      Step finished = pipeline.sink().finish(wake);
      if (finished != Step.DONE) {
        return finished;
      }
      phase = Phase.SETTLING;
    }
    return stores.settle(wake);
  }

  private void open(PipelinePool pool) throws Exception {
    pipeline = pool.take(plan);
    pipeline.resetAccumulators();
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
    FeedFactory feeds = new FeedFactory(key, spec, services, stores);
    feed = feeds.open(pipeline.pipe(), spec.getInput());
    states = feeds.states();
    splits = feeds.splits();
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
    return sink instanceof PartitionSink partitionSink
        ? pull(partitionSink, wake)
        : feed.push(wake);
  }

  private Step pull(PartitionSink sink, Runnable wake) throws Exception {
    Step prepared = feed.prepareToBlock(wake);
    if (prepared == Step.DONE) {
      PullBuffer buffer = pipeline.pipe().lastSegment().buffer();
      sink.call(new PullIterator(feed, buffer));
      buffer.clear();
    }
    return prepared;
  }

  private TaskFinished.Builder report() {
    TaskFinished.Builder report =
        TaskFinished.newBuilder()
            .setMetrics(metrics())
            .setAccumulators(pipeline.accumulated())
            .addAllStored(stores.kept());
    splits.forEach(split -> report.addSplitRecords(split.recordsToEnd()));
    for (StateFeed state : states) {
      state.reached().ifPresent(report::addStates);
    }
    return report;
  }

  private TaskMetrics metrics() {
    Sink sink = pipeline.sink();
    return TaskMetrics.newBuilder()
        .setRecordsIn(feed.recordCount())
        .setRecordsOut(sink.recordCount)
        .setRunNanos(runNanos)
        .setShuffleBytesOut(sink.shuffleBytes())
        .setGenericSerializedBytes(sink.genericBytes())
        .build();
  }

  private void release(PipelinePool pool, boolean reusable) {
    if (feed != null) {
      feed.close();
      feed = null;
    }
    if (pipeline != null) {
      pipeline.sink().end();
      if (reusable) {
        pool.giveBack(pipeline);
      }
      pipeline = null;
    }
  }
}
