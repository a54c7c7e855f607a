package org.millrace.runner.executor.adapter;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.block.BlockMemory;
import org.millrace.runner.block.BlockStore;
import org.millrace.runner.block.LoggedBlockReader;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.executor.DriverFinder;
import org.millrace.runner.executor.ExecutorEnvironment;
import org.millrace.runner.executor.ExecutorProcess;
import org.millrace.runner.executor.ExecutorServices.Rooms;
import org.millrace.runner.executor.ExecutorSettings;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.receive.ReceiverEnvironment;
import org.millrace.runner.receive.ReceiverManager;
import org.millrace.runner.receive.ReceiverSettings;
import org.millrace.runner.receive.SegmentBlockLog;
import org.millrace.runner.shuffle.adapter.DirectoryFiles;
import org.millrace.runner.task.TaskEnvironment;
import org.millrace.runner.task.TaskManager;
import org.millrace.runner.task.TaskSettings;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.proto.ExecutorRegistered;

/** Puts the rooms of an executor together; the same in a container and in {@code local[n]}. */
public final class ExecutorAssembly {
  private static final long FETCH_TIMEOUT_MS = 10_000;

  private ExecutorAssembly() {}

  /**
   * What the executor runs on. Immutable.
   *
   * @param slots one loop for each core
   */
  public record Ports(
      Clock clock,
      Loop control,
      List<Loop> slots,
      BlockingWork work,
      Transport transport,
      DurableFiles files,
      DriverFinder drivers,
      FatalHandler fatal) {
    public Ports {
      slots = List.copyOf(slots);
      Objects.requireNonNull(transport, "transport");
    }
  }

  /**
   * What the executor does with the program's data. Immutable.
   *
   * @param tasks how tasks run, but for what the configuration says
   */
  public record Program(ClassLoader userClasses, Path spillFolder, TaskSettings tasks) {
    public Program {
      Objects.requireNonNull(userClasses, "userClasses");
      Objects.requireNonNull(spillFolder, "spillFolder");
      Objects.requireNonNull(tasks, "tasks");
    }
  }

  /** An executor that was not started yet and uses no tokens. */
  public static ExecutorProcess assemble(ExecutorSettings settings, Ports ports, Program program) {
    return assemble(
        new ExecutorEnvironment(
            ports.clock(), ports.control(), ports.transport(), ports.drivers(), ports.fatal()),
        settings,
        ports,
        program);
  }

  static ExecutorProcess assemble(
      ExecutorEnvironment environment, ExecutorSettings settings, Ports ports, Program program) {
    return new ExecutorProcess(
        environment,
        settings,
        (registered, links, marksMoved) -> rooms(ports, program, registered, links, marksMoved));
  }

  private static Rooms rooms(
      Ports ports,
      Program program,
      ExecutorRegistered registered,
      PeerLinks links,
      Runnable marksMoved) {
    Settings configuration = Settings.resolve(registered.getConfigurationMap());
    BudgetAccountant memory =
        new BudgetAccountant(
            BudgetAccountant.limitForHeap(Runtime.getRuntime().maxMemory()), MemoryShares.DEFAULT);
    BlockStore blocks =
        new BlockStore(
            links,
            new BlockMemory(memory),
            new LoggedBlockReader(ports.files(), ports.work()),
            configuration.get(Keys.WRITE_AHEAD_LOG_LIMIT),
            ports.control(),
            FETCH_TIMEOUT_MS);
    TaskManager tasks =
        new TaskManager(
            new TaskEnvironment(
                ports.control(),
                ports.slots(),
                links,
                blocks,
                memory,
                ports.files(),
                ports.work(),
                ports.clock(),
                program.userClasses(),
                new DirectoryFiles(program.spillFolder()),
                ports.fatal(),
                program.tasks().withMaxResultBytes(configuration.get(Keys.MAX_RESULT_SIZE))));
    ReceiverManager receivers =
        new ReceiverManager(
            new ReceiverEnvironment(
                ports.control(),
                ports.clock(),
                ports.work(),
                links,
                blocks,
                program.userClasses(),
                new RecordCodec(program.userClasses()),
                receiverSettings(configuration),
                SegmentBlockLog.opener(
                    ports.files(),
                    ports.work(),
                    ports.control(),
                    ports.clock(),
                    registered.getExecutorId(),
                    configuration.get(Keys.WRITE_AHEAD_LOG_COMPRESSION)),
                marksMoved));
    return new Rooms(tasks, receivers, memory);
  }

  private static ReceiverSettings receiverSettings(Settings configuration) {
    ReceiverSettings usual = ReceiverSettings.DEFAULT;
    long restartDelayMs = configuration.get(Keys.RECEIVER_RESTART_DELAY);
    return new ReceiverSettings(
        usual.maxBlockBytes(),
        restartDelayMs,
        Math.max(restartDelayMs, usual.maxRestartDelayMs()),
        usual.replicationWindowBytes(),
        usual.resendTimeoutMs(),
        usual.peerPatienceMs(),
        usual.drainTimeoutMs());
  }
}
