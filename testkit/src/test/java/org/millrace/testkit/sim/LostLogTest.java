package org.millrace.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.millrace.am.driver.DriverEngine;
import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.plan.ProgramShipping;
import org.millrace.am.schedule.ResultRecords;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.hadoop.adapter.FormatBridge;

/** A driver in a process that goes on after its event log is lost, as {@code local[n]} does. */
class LostLogTest {
  private static final long SEED = 1;
  private static final long STUCK_MS = 60_000;
  private static final int MOST_STEPS = 20_000_000;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final SimulatedNetwork network =
      new SimulatedNetwork(time, Pace.DRAWN, SEED, (machine, sent) -> Optional.empty());
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final Machine machine = new Machine("driver", time);
  private final List<String> faults = new ArrayList<>();
  private boolean released;
  private DriverEngine engine;

  private StreamingContext program() {
    engine = new DriverEngine(environment(), () -> released = true);
    StreamingConf conf = new StreamingConf().setMaster("simulated").setAppName("lost log");
    return CountingProgram.define(new BatchContext(conf, engine), SEED, false);
  }

  @Test
  void endsTheApplicationWithAClearErrorAndNobodyWaits() {
    StreamingContext context = program();
    context.start();
    long until = time.nowMs() + 5_000;
    time.runUntil(() -> time.nowMs() >= until, MOST_STEPS);

    files.failFlushes(path -> path.startsWith("/log"));

    assertThatThrownBy(() -> engine.awaitTermination(-1))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DURABILITY_UNKNOWN))
        .hasMessageContaining("cannot be written any more");
    assertThat(faults).containsExactly("event log");
    assertThat(engine.status(1).failure()).contains("cannot be written any more");
    context.stop(true, true);
    assertThat(released).isTrue();
    assertThat(engine.runningJobs()).isZero();
  }

  @Test
  void aDrainThatWaitsForTheLogEndsToo() {
    StreamingContext context = program();
    context.start();
    long until = time.nowMs() + 5_000;
    time.runUntil(() -> time.nowMs() >= until, MOST_STEPS);
    files.failFlushes(path -> path.startsWith("/log"));

    context.stop(true, true);

    assertThat(released).isTrue();
    assertThatThrownBy(() -> engine.awaitTermination(-1))
        .hasMessageContaining("cannot be written any more");
  }

  @Test
  void aLogThatFailsFromItsFirstRecordFailsTheStart() {
    files.failFlushes(path -> path.startsWith("/log"));
    StreamingContext context = program();

    assertThatThrownBy(context::start).hasMessageContaining("cannot be written any more");

    engine.close();
    assertThat(released).isTrue();
  }

  @Test
  void aThreadThatFailsForGoodEndsTheWaitingToo() {
    StreamingContext context = program();
    context.start();

    engine.onFatal("millrace-slot-0", new IllegalStateException("broken"));

    assertThatThrownBy(() -> engine.awaitTermination(1_000))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL))
        .hasMessageContaining("millrace-slot-0 failed for good");
    context.stop(true, false);
    assertThat(released).isTrue();
  }

  private DriverEnvironment environment() {
    RecordCodec codec = new RecordCodec(getClass().getClassLoader());
    return new DriverEnvironment(
        new DriverEnvironment.Ports(
            time,
            machine.loop("main"),
            machine.work(),
            network.transport(machine),
            files,
            (where, fault) -> faults.add(where),
            new Stepping(time, STUCK_MS),
            new ProgramShipping(codec, "simulation"),
            new ResultRecords(codec),
            new FormatBridge(getClass().getClassLoader())),
        new DriverEnvironment.Identity("lost-log", "nobody", "simulated", 1, "driver", "/log"),
        Settings.resolve(
            Map.of("millrace.executor.instances", "2", "millrace.executor.cores", "2")),
        (loop, epoch, port) ->
            new SimulatedCluster(
                new SimulatedCluster.World(
                    time,
                    network,
                    files,
                    Simulation.FOLDER,
                    (where, fault) -> {
                      throw new AssertionError(where, fault);
                    }),
                2,
                Pace.DRAWN,
                SEED,
                loop,
                epoch,
                port));
  }
}
