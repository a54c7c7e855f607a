package org.millrace.testkit.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.am.driver.ClusterResources;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.executor.ContainerDescription;
import org.millrace.runner.executor.DriverDirectory;
import org.millrace.runner.executor.DriverFinder;
import org.millrace.runner.executor.ExecutorProcess;
import org.millrace.runner.executor.ExecutorSettings;
import org.millrace.runner.executor.ExecutorTiming;
import org.millrace.runner.executor.adapter.ExecutorAssembly;
import org.millrace.runner.task.TaskSettings;
import org.millrace.runner.wire.Address;

/**
 * Launches executors as machines and tells the driver when one has died. Owned by the driver loop.
 */
public final class SimulatedCluster implements ClusterResources {
  private final World world;
  private final int cores;
  private final Pace pace;
  private final Loop driverLoop;
  private final long epoch;
  private final int driverPort;
  private final SplittableRandom random;
  private final Map<String, Machine> running = new TreeMap<>();
  private Listener listener;
  private int launched;
  private boolean closed;

  /**
   * What executors share with the driver's process. Immutable.
   *
   * @param folder where each executor has a folder to spill into
   * @param drivers the directory in which each driver says where it is; empty when there is one
   *     only
   * @param tasks how executors run tasks, but for what the configuration says
   */
  public record World(
      SimulatedTime time,
      SimulatedNetwork network,
      DurableFiles files,
      Path folder,
      FatalHandler fatal,
      String drivers,
      TaskSettings tasks) {

    /** A world whose executors run tasks as usual. */
    public World(
        SimulatedTime time,
        SimulatedNetwork network,
        DurableFiles files,
        Path folder,
        FatalHandler fatal,
        String drivers) {
      this(time, network, files, folder, fatal, drivers, TaskSettings.DEFAULT);
    }

    /** A world with one driver. */
    public World(
        SimulatedTime time,
        SimulatedNetwork network,
        DurableFiles files,
        Path folder,
        FatalHandler fatal) {
      this(time, network, files, folder, fatal, "");
    }
  }

  /**
   * A cluster without executors.
   *
   * @param cores of each executor
   */
  public SimulatedCluster(
      World world, int cores, Pace pace, long seed, Loop driverLoop, long epoch, int driverPort) {
    this.world = world;
    this.cores = cores;
    this.pace = pace;
    this.driverLoop = driverLoop;
    this.epoch = epoch;
    this.driverPort = driverPort;
    this.random = new SplittableRandom(seed);
  }

  /** The same cluster for the next driver: what was launched before is kept. */
  public SimulatedCluster keptFor(Loop nextDriverLoop, long nextEpoch, int nextDriverPort) {
    closed = true;
    SimulatedCluster next =
        new SimulatedCluster(
            world, cores, pace, random.nextLong(), nextDriverLoop, nextEpoch, nextDriverPort);
    next.launched = launched;
    running.values().stream()
        .filter(Machine::isAlive)
        .forEach(machine -> next.running.put(machine.name(), machine));
    return next;
  }

  /** The executors' machines that live. */
  public List<Machine> machines() {
    return new ArrayList<>(running.values());
  }

  /** The process dies at once; the cluster manager notices when its pace says so. */
  public void kill(Machine machine) {
    machine.kill();
    world.network().onKilled(machine);
    driverLoop.schedule(delayMs(200, 2_000), () -> ended(machine.name(), "it was killed"));
  }

  /** All processes die with the driver's: nobody hears of it. */
  public void killAll() {
    closed = true;
    for (Machine machine : machines()) {
      machine.kill();
      world.network().onKilled(machine);
    }
    running.clear();
  }

  @Override
  public void start(Listener told) {
    listener = told;
    if (!running.isEmpty()) {
      listener.onExecutorsKept(new TreeSet<>(running.keySet()));
    }
  }

  @Override
  public void requestExecutors(int total) {
    while (!closed && running.size() < total) {
      String container = "container-" + ++launched;
      Machine machine = new Machine(container, world.time());
      running.put(container, machine);
      machine.loop("launch").schedule(delayMs(100, 1_000), () -> launch(machine));
    }
  }

  private int delayMs(int leastMs, int spreadMs) {
    return pace == Pace.AT_ONCE ? 0 : leastMs + random.nextInt(spreadMs);
  }

  private void launch(Machine machine) {
    List<Loop> slots = new ArrayList<>();
    for (int i = 0; i < cores; i++) {
      slots.add(machine.loop("slot-" + i));
    }
    ExecutorProcess executor =
        ExecutorAssembly.assemble(
            new ExecutorSettings(
                new ContainerDescription(
                    machine.name(), machine.name(), cores, 1L << 30, "17", launched, ""),
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
                world.drivers().isEmpty()
                    ? DriverFinder.NONE
                    : new DriverDirectory(world.files(), machine.work(), world.drivers()),
                (where, fault) -> world.fatal().onFatal(machine.name() + ": " + where, fault)),
            new ExecutorAssembly.Program(
                Thread.currentThread().getContextClassLoader(),
                world.folder().resolve(machine.name()),
                world.tasks()));
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
          delayMs(0, 3_000),
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
