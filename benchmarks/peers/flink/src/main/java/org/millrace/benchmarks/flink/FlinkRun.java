package org.millrace.benchmarks.flink;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.millrace.benchmarks.workload.RunSpec;

/** A job on a mini cluster, from start to cancellation. Owned by one thread. */
final class FlinkRun implements AutoCloseable {
  private static final long END_TIMEOUT_MS = 120_000;
  private static final long STILL_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long POLL_MS = 1;

  private final RunSpec spec;
  private final StreamExecutionEnvironment environment;
  private JobClient job;
  private boolean isEnded;

  FlinkRun(RunSpec spec) {
    this.spec = spec;
    Configuration conf = new Configuration();
    conf.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
    conf.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
    conf.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512));
    conf.set(TaskManagerOptions.NUM_TASK_SLOTS, spec.cores());
    conf.set(PipelineOptions.OBJECT_REUSE, true);
    conf.set(RestartStrategyOptions.RESTART_STRATEGY, "disable");
    conf.set(
        ExecutionOptions.BUFFER_TIMEOUT, Duration.ofMillis(spec.option("buffer-timeout-ms", 100)));
    this.environment = StreamExecutionEnvironment.createLocalEnvironment(spec.cores(), conf);
  }

  /** Keyed state on the heap or in RocksDB, and a checkpoint of it now and then. */
  void keepState(String backend, int checkpointMs) {
    Configuration conf = new Configuration();
    conf.set(StateBackendOptions.STATE_BACKEND, backend);
    if (checkpointMs > 0) {
      conf.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(checkpointMs));
      conf.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
      conf.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
      conf.set(
          CheckpointingOptions.CHECKPOINTS_DIRECTORY,
          spec.workDirectory().resolve("checkpoints").toUri().toString());
    }
    environment.configure(conf);
  }

  <T> DataStream<T> source(GeneratedSource<T> source, TypeInformation<T> type) {
    return environment.fromSource(source, WatermarkStrategy.noWatermarks(), "generated", type);
  }

  void start() throws Exception {
    job = environment.executeAsync(spec.scenario().title());
  }

  /** Throws what the job threw; it must not end. */
  void run(long millis) throws Exception {
    try {
      JobExecutionResult result = job.getJobExecutionResult().get(millis, TimeUnit.MILLISECONDS);
      isEnded = true;
      throw new IllegalStateException("the job ended by itself: " + result);
    } catch (TimeoutException stillRunning) {
      // As it should.
    } catch (ExecutionException e) {
      isEnded = true;
      throw e;
    }
  }

  /**
   * Waits until something that tasks do has come so far; throws what the job threw, or when nothing
   * moved for a minute.
   */
  void await(LongSupplier progress, long wanted, String what) throws Exception {
    long seen = progress.getAsLong();
    long seenNanos = System.nanoTime();
    for (long now = seen; now < wanted; now = progress.getAsLong()) {
      if (now != seen) {
        seen = now;
        seenNanos = System.nanoTime();
      } else if (System.nanoTime() - seenNanos > STILL_NANOS) {
        throw new IllegalStateException("stands still: " + now + " of " + wanted + " " + what);
      }
      run(POLL_MS);
    }
  }

  /** Waits for the end of a job with an end. */
  void runToEnd() throws Exception {
    job.getJobExecutionResult().get(END_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    isEnded = true;
  }

  /** Also stops the mini cluster, which lives as long as its job. */
  @Override
  public void close() throws Exception {
    if (job != null && !isEnded) {
      job.cancel().get(END_TIMEOUT_MS, TimeUnit.MILLISECONDS);
      // Cancelled, which is an exception.
      job.getJobExecutionResult()
          .handle((result, thrown) -> null)
          .get(END_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }
    environment.close();
  }
}
