package org.millrace.am.driver.adapter;

import java.util.List;
import java.util.Optional;
import org.millrace.am.driver.DriverRuntime;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.JobAction;
import org.millrace.api.spi.StopMode;
import org.millrace.api.spi.SubmittedJob;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.StreamingListener;

/**
 * Tells the master's process when streaming starts, so that it waits for it and can pass on a stop.
 * Thread-safe.
 */
final class StartedEngine implements Engine {
  private final Engine engine;
  private final DriverRuntime runtime;

  StartedEngine(Engine engine, DriverRuntime runtime) {
    this.engine = engine;
    this.runtime = runtime;
  }

  @Override
  public int defaultParallelism() {
    return engine.defaultParallelism();
  }

  @Override
  public <R> List<R> runJob(
      RddNode rdd, JobAction<R> action, int fromPartition, int untilPartition) {
    return engine.runJob(rdd, action, fromPartition, untilPartition);
  }

  @Override
  public <R> SubmittedJob<R> submitJob(
      RddNode rdd, JobAction<R> action, int fromPartition, int untilPartition) {
    return engine.submitJob(rdd, action, fromPartition, untilPartition);
  }

  @Override
  public RddNode textFile(String path, int minPartitions) {
    return engine.textFile(path, minPartitions);
  }

  @Override
  public RddNode hadoopInput(HadoopInput input, int minPartitions) {
    return engine.hadoopInput(input, minPartitions);
  }

  @Override
  public void saveAsHadoop(RddNode rdd, HadoopOutput output) {
    engine.saveAsHadoop(rdd, output);
  }

  @Override
  public void saveAsTextFile(RddNode rdd, String path) {
    engine.saveAsTextFile(rdd, path);
  }

  @Override
  public void persist(RddNode rdd, StorageLevel level) {
    engine.persist(rdd, level);
  }

  @Override
  public void unpersist(RddNode rdd, boolean waiting) {
    engine.unpersist(rdd, waiting);
  }

  @Override
  public StorageLevel storageLevel(RddNode rdd) {
    return engine.storageLevel(rdd);
  }

  @Override
  public <T> Broadcast<T> broadcast(T value) {
    return engine.broadcast(value);
  }

  @Override
  public void register(AccumulatorV2<?, ?> accumulator, String name) {
    engine.register(accumulator, name);
  }

  @Override
  public void start(StreamGraph graph) {
    engine.start(graph);
    runtime.onStarted(this);
  }

  @Override
  public void addListener(StreamingListener listener) {
    engine.addListener(listener);
  }

  @Override
  public void removeListener(StreamingListener listener) {
    engine.removeListener(listener);
  }

  @Override
  public long epoch() {
    return engine.epoch();
  }

  @Override
  public Optional<Time> zeroTime() {
    return engine.zeroTime();
  }

  @Override
  public Optional<RddNode> dataset(StreamNode stream, Time batchTime) {
    return engine.dataset(stream, batchTime);
  }

  @Override
  public boolean awaitTermination(long timeoutMs) throws InterruptedException {
    return engine.awaitTermination(timeoutMs);
  }

  @Override
  public void stop(StopMode mode) {
    engine.stop(mode);
  }

  @Override
  public void close() {
    engine.close();
  }
}
