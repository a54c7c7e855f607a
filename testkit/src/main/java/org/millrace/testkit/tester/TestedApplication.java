package org.millrace.testkit.tester;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.millrace.am.driver.DriverEngine;
import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.plan.ProgramShipping;
import org.millrace.am.schedule.ResultRecords;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.hadoop.adapter.FormatBridge;
import org.millrace.runner.task.TaskReporting;
import org.millrace.runner.task.TaskSettings;
import org.millrace.testkit.sim.Machine;
import org.millrace.testkit.sim.Pace;
import org.millrace.testkit.sim.SimulatedCluster;
import org.millrace.testkit.sim.SimulatedNetwork;
import org.millrace.testkit.sim.Stepping;

/**
 * A driver and its executors under a clock that stands still unless it is moved. Not thread-safe.
 */
final class TestedApplication implements AutoCloseable {
  static final String MASTER = "tester";

  /** Simulated time; far more than any pause of the engine. */
  static final long STUCK_MS = 600_000;

  /** A clock that is set forward by a test makes nobody silent. */
  private static final String NEVER = "3650d";

  private final SimulatedTime time;
  private final Machine driver;
  private final Path folder;
  private final DurableFilesRouter files;
  private final SimulatedNetwork network;
  private final DriverEngine engine;
  private SimulatedCluster cluster;

  /**
   * @param life the first one or one after a restart, from 1
   */
  TestedApplication(
      SimulatedTime time,
      Path folder,
      int life,
      Map<String, String> configuration,
      Disturbance disturbance) {
    this.time = time;
    this.driver = new Machine("driver", time);
    this.folder = folder.resolve("life-" + life);
    Settings settings =
        Settings.resolve(
            disturbance.configuration(),
            Map.of(
                Keys.EXECUTOR_HEARTBEAT_INTERVAL.name(),
                "1d",
                Keys.EXECUTOR_HEARTBEAT_TIMEOUT.name(),
                NEVER,
                Keys.EXECUTOR_TASK_LEASE.name(),
                NEVER),
            configuration,
            Map.of(
                Keys.EXECUTOR_INSTANCES.name(), "2",
                Keys.EXECUTOR_CORES.name(), "1",
                Keys.BATCHES_RETAINED.name(), "100000",
                Keys.BATCH_RETRY_DELAY.name(), "0ms"));
    this.files = DurableFilesRouter.localOnly(driver.work(), driver.loop("files"), time);
    this.network =
        new SimulatedNetwork(
            time,
            Pace.AT_ONCE,
            life,
            (sender, message) -> disturbance.onSend(this, sender, message));
    this.engine = new DriverEngine(environment(settings, life), files::close);
  }

  private DriverEnvironment environment(Settings settings, int life) {
    ClassLoader userClasses = Thread.currentThread().getContextClassLoader();
    RecordCodec codec = new RecordCodec(userClasses);
    return new DriverEnvironment(
        new DriverEnvironment.Ports(
            time,
            driver.loop("main"),
            driver.work(),
            network.transport(driver),
            files,
            this::onFatal,
            new Stepping(time, STUCK_MS, driver),
            new ProgramShipping(codec, MASTER),
            new ResultRecords(codec),
            new FormatBridge(userClasses)),
        new DriverEnvironment.Identity(
            folder.getParent().getFileName() + "-" + folder.getFileName(),
            System.getProperty("user.name"),
            MASTER,
            1,
            "driver",
            "file:" + folder.resolve("driver")),
        settings,
        (loop, epoch, port) -> {
          cluster =
              new SimulatedCluster(
                  new SimulatedCluster.World(
                      time,
                      network,
                      files,
                      folder.resolve("executors"),
                      this::onFatal,
                      "",
                      // Disturbances look at single tasks.
                      TaskSettings.DEFAULT.withReports(TaskReporting.EACH)),
                  settings.get(Keys.EXECUTOR_CORES),
                  Pace.AT_ONCE,
                  life,
                  loop,
                  epoch,
                  port);
          return cluster;
        });
  }

  private void onFatal(String where, Throwable fault) {
    if (!driver.isAlive()) {
      return; // so is whatever it would stop
    }
    if (engine == null) {
      throw new AssertionError(where, fault);
    }
    engine.onFatal(where, fault);
  }

  DriverEngine engine() {
    return engine;
  }

  /** Executors that live. */
  List<Machine> executors() {
    return cluster.machines();
  }

  /** The process dies after the command that runs now. */
  void killSoon(Machine executor) {
    time.loop("disturbance")
        .execute(
            () -> {
              if (executor.isAlive()) {
                cluster.kill(executor);
              }
            });
  }

  /** Driver and executors die at once. */
  void killAll() {
    driver.kill();
    network.onKilled(driver);
    if (cluster != null) {
      cluster.killAll();
    }
  }

  /** {@link #killAll} after so many other commands, unless the driver is dead by then. */
  void killAllAfter(int steps) {
    Loop disturbance = time.loop("disturbance");
    disturbance.execute(
        () -> {
          if (steps > 0) {
            killAllAfter(steps - 1);
          } else if (isAlive()) {
            killAll();
          }
        });
  }

  boolean isAlive() {
    return driver.isAlive();
  }

  @Override
  public void close() {
    if (isAlive()) {
      engine.close();
    } else {
      files.close();
    }
  }
}
