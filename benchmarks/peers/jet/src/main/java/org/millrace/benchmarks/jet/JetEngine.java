package org.millrace.benchmarks.jet;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.function.FunctionEx;
import com.hazelcast.jet.Job;
import com.hazelcast.jet.Traversers;
import com.hazelcast.jet.aggregate.AggregateOperations;
import com.hazelcast.jet.datamodel.KeyedWindowResult;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.Sink;
import com.hazelcast.jet.pipeline.StreamStage;
import com.hazelcast.jet.pipeline.WindowDefinition;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.EngineMain;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;
import org.millrace.benchmarks.workload.UnsupportedScenario;

/** One member of Hazelcast, a cooperative thread for each core. */
public final class JetEngine implements Engine {
  private static final long TIMEOUT_MS = 120_000;
  private static final long POLL_MS = 1;
  private static final int PARTS = 3;

  /** Arguments: those of {@link RunSpec#parse}. */
  public static void main(String[] args) {
    EngineMain.run(new JetEngine(), args);
  }

  @Override
  public String name() {
    return "jet";
  }

  @Override
  public RunReport run(RunSpec spec) throws Exception {
    switch (spec.scenario()) {
      case WORD_COUNT, WORD_COUNT_BUILTIN, GREP, MEMORY, START_UP -> {
        HazelcastInstance member = member(spec.cores());
        try {
          return spec.scenario() == Scenario.START_UP
              ? startUp(spec, member)
              : throughput(spec, member);
        } finally {
          member.shutdown();
        }
      }
      default ->
          throw new UnsupportedScenario(
              spec.scenario() + " was not written for Jet, whose figures are of words and lines");
    }
  }

  private static HazelcastInstance member(int cores) {
    Logger.getLogger("com.hazelcast").setLevel(Level.SEVERE);
    Config config = new Config();
    config.setProperty("hazelcast.logging.type", "jdk");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    config.getJetConfig().setEnabled(true).setCooperativeThreadCount(cores);
    return Hazelcast.newHazelcastInstance(config);
  }

  private RunReport throughput(RunSpec spec, HazelcastInstance member) throws Exception {
    RecordPool pool = spec.pool();
    ResultDigest digest = spec.checkRecords() > 0 ? check(spec, pool, member) : null;
    JetInput input = JetInput.endless(pool, spec.rate());
    JetResults results = JetResults.begin();
    Job job =
        member
            .getJet()
            .newJob(
                spec.scenario() == Scenario.GREP
                    ? grep(JetResults.counting())
                    : wordCount(spec.intervalMs(), JetResults.counting()));
    run(job, spec.warmUpMs());
    Measurement span = Measurement.begin();
    long before = input.emitted();
    for (int part = 0; part < PARTS; part++) {
      span.mark(input.emitted() - before);
      run(job, spec.measureMs() / PARTS);
    }
    long records = input.emitted() - before;
    RunReport report = span.end(this, spec, records).figure("results", results.count());
    if (results.count() == 0) {
      throw new IllegalStateException("nothing came out");
    }
    cancel(job);
    if (spec.scenario() == Scenario.WORD_COUNT_BUILTIN) {
      report.note("job", "functions on objects and Jet's own count");
    }
    return digest == null ? report : report.digest(digest);
  }

  /** A job that ends flushes its windows. */
  private static ResultDigest check(RunSpec spec, RecordPool pool, HazelcastInstance member)
      throws Exception {
    JetInput.finite(pool, spec.checkRecords());
    JetResults results = JetResults.begin();
    Pipeline pipeline =
        spec.scenario() == Scenario.GREP
            ? grep(JetResults.keeping(line -> line, line -> 1))
            : wordCount(
                spec.intervalMs(),
                JetResults.keeping(KeyedWindowResult::getKey, KeyedWindowResult::getValue));
    member.getJet().newJob(pipeline).getFuture().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    return results.digest();
  }

  private RunReport startUp(RunSpec spec, HazelcastInstance member) throws Exception {
    Measurement whole = Measurement.begin();
    JetInput input = JetInput.endless(spec.pool(), spec.rate());
    JetResults results = JetResults.begin();
    Job job = member.getJet().newJob(wordCount(spec.intervalMs(), JetResults.counting()));
    await(job, () -> results.count() > 0);
    double startUpMs = Measurement.millisSinceJvmStart();
    RunReport report =
        whole
            .end(this, spec, input.emitted())
            .figure("start-up-ms", startUpMs)
            .figure("cpu-ms", Measurement.cpuNanos() / 1e6);
    cancel(job);
    return report;
  }

  /** (word, count) of each interval of ingestion time, counted in two stages. */
  private static Pipeline wordCount(int intervalMs, Sink<KeyedWindowResult<String, Long>> sink) {
    Pipeline pipeline = Pipeline.create();
    StreamStage<String> lines = pipeline.readFrom(JetInput.lines()).withIngestionTimestamps();
    lines
        .flatMap(line -> Traversers.traverseArray(line.split(" ")))
        .groupingKey(FunctionEx.identity())
        .window(WindowDefinition.tumbling(intervalMs))
        .aggregate(AggregateOperations.counting())
        .writeTo(sink);
    return pipeline;
  }

  /** The lines with the needle. */
  private static Pipeline grep(Sink<String> sink) {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .readFrom(JetInput.lines())
        .withoutTimestamps()
        .filter(line -> line.contains(RecordPool.NEEDLE))
        .writeTo(sink);
    return pipeline;
  }

  /** Throws what the job threw; it must not end. */
  private static void run(Job job, long millis) throws Exception {
    try {
      job.getFuture().get(millis, TimeUnit.MILLISECONDS);
      throw new IllegalStateException("the job ended by itself");
    } catch (TimeoutException stillRunning) {
      // As it should.
    }
  }

  private static void await(Job job, BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("no output within " + TIMEOUT_MS + " ms");
      }
      run(job, POLL_MS);
    }
  }

  private static void cancel(Job job) throws Exception {
    job.cancel();
    // Cancelled, which is an exception.
    job.getFuture().handle((result, thrown) -> null).get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
  }
}
