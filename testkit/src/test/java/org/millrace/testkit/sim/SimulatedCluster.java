package org.millrace.testkit.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.millrace.am.driver.ClusterResources;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.executor.ContainerDescription;
import org.millrace.runner.executor.ExecutorProcess;
import org.millrace.runner.executor.ExecutorSettings;
import org.millrace.runner.executor.ExecutorTiming;
import org.millrace.runner.executor.adapter.ExecutorAssembly;
import org.millrace.runner.task.TaskSettings;
import org.millrace.runner.wire.Address;

/** Launches executors as machines and tells the driver, late, when one has died. */
final class SimulatedCluster implements ClusterResources {
  private static final int CORES = 2;

  private final World world;
  private final Loop driverLoop;
  private final long epoch;
  private final int driverPort;
  private final SplittableRandom random;
  private final Map<String, Machine> running = new TreeMap<>();
  private Listener listener;
  private int launched;
  private boolean closed;

  /** What executors share with the driver's process. */
  record World(SimulatedTime time, SimulatedNetwork network, DurableFiles files, long seed) {}

  SimulatedCluster(World world, Loop driverLoop, long epoch, int driverPort) {
    this.world = world;
    this.driverLoop = driverLoop;
    this.epoch = epoch;
    this.driverPort = driverPort;
    this.random = new SplittableRandom(world.seed());
  }

  /** The executors' machines that live. */
  List<Machine> machines() {
    return new ArrayList<>(running.values());
  }

  /** The process dies at once; the cluster manager notices after a while. */
  void kill(Machine machine) {
    machine.kill();
    world.network().onKilled(machine);
    driverLoop.schedule(200 + random.nextInt(2_000), () -> ended(machine.name(), "it was killed"));
  }

  @Override
  public void start(Listener told) {
    listener = told;
  }

  @Override
  public void requestExecutors(int total) {
    while (!closed && running.size() < total) {
      String container = "container-" + ++launched;
      Machine machine = new Machine(container, world.time());
      running.put(container, machine);
      machine.loop("launch").schedule(100 + random.nextInt(1_000), () -> launch(machine));
    }
  }

  private void launch(Machine machine) {
    List<Loop> slots = new ArrayList<>();
    for (int i = 0; i < CORES; i++) {
      slots.add(machine.loop("slot-" + i));
    }
    ExecutorProcess executor =
        ExecutorAssembly.assemble(
            new ExecutorSettings(
                new ContainerDescription(
                    machine.name(), machine.name(), CORES, 1L << 30, "17", launched, ""),
                new Address(machine.name(), 0),
                new Address("driver", driverPort),
                epoch,
                ExecutorTiming.DEFAULT),
            new ExecutorAssembly.Ports(
                world.time(),
                machine.loop("control"),
                slots,
                machine.work(),
                world.network().transport(machine),
                world.files(),
                (where, fault) -> {
                  throw new AssertionError(machine.name() + ": " + where, fault);
                }),
            new ExecutorAssembly.Program(
                getClass().getClassLoader(),
                Path.of(System.getProperty("java.io.tmpdir"), "millrace-simulation"),
                TaskSettings.Results.ENCODED));
    Answers.post(
        executor.ended(),
        driverLoop,
        (reason, failure) -> {
          machine.kill();
          ended(machine.name(), failure == null ? reason.toString() : failure.toString());
        });
    executor.start();
    driverLoop.execute(() -> listener.onExecutorLaunched(machine.name(), machine.name()));
  }

  private void ended(String container, String reason) {
    if (running.remove(container) != null) {
      listener.onExecutorLost(container, reason);
    }
  }

  @Override
  public void releaseExecutor(String container) {
    Machine machine = running.get(container);
    if (machine != null) {
      running.remove(container);
      driverLoop.schedule(
          random.nextInt(3_000),
          () -> {
            machine.kill();
            world.network().onKilled(machine);
          });
    }
  }

  @Override
  public void reportProgress(float progress, String diagnostics) {
    // There is nobody who looks.
  }

  @Override
  public void close() {
    closed = true;
  }
}
