package org.millrace.runner.executor.adapter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.millrace.api.error.ErrorKind;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.adapter.HaltingFatalHandler;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;
import org.millrace.runner.executor.DriverDirectory;
import org.millrace.runner.executor.DriverFinder;
import org.millrace.runner.executor.ExecutorEnvironment;
import org.millrace.runner.executor.ExecutorProcess;
import org.millrace.runner.executor.ExitReason;
import org.millrace.runner.task.TaskSettings;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.adapter.NettySettings;
import org.millrace.runner.wire.adapter.NettyTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The main class of an executor's container.
 *
 * <p>Exit codes: 0 when the driver ended it or is gone, 1 when it failed or never reached the
 * driver, 2 when it was started in a wrong way.
 */
public final class ExecutorMain {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorMain.class);
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int WORK_THREADS = 8;
  private static final long STOP_DEADLINE_SECONDS = 20;
  private static final Path SPILL_DIRECTORY = Path.of("spill");

  private ExecutorMain() {}

  public static void main(String[] arguments) {
    int exitCode;
    try {
      ExecutorOptions options = ExecutorOptions.parse(arguments, System.getenv());
      exitCode = run(options, ApplicationSecret.read(System.getenv())).kind().exitCode();
    } catch (MillraceException e) {
      if (e.code().kind() == ErrorKind.INTERNAL) {
        LOG.error("The executor failed", e);
      } else {
        LOG.error("{}", e.getMessage());
      }
      exitCode = e.code().kind() == ErrorKind.USER ? USAGE : FAILED;
    } catch (IOException | ExecutionException | InterruptedException | RuntimeException e) {
      LOG.error("The executor failed", e);
      exitCode = FAILED;
    }
    System.exit(exitCode);
  }

  private static ExitReason run(ExecutorOptions options, Credential credential)
      throws IOException, ExecutionException, InterruptedException {
    FatalHandler fatal = new HaltingFatalHandler(FAILED);
    ClassLoader framework = ExecutorMain.class.getClassLoader();
    try (UserClassLoader userClasses = UserClassLoader.over(options.userJars(), framework)) {
      // Threads inherit it: programs look up their own resources through it.
      Thread.currentThread().setContextClassLoader(userClasses);
      SystemClock clock = new SystemClock();
      try (ThreadLoop control = ThreadLoop.start("millrace-executor", fatal);
          ThreadPoolWork work = new ThreadPoolWork("millrace", WORK_THREADS);
          DurableFilesRouter files =
              DurableFilesRouter.withHadoop(new Configuration(), work, control, clock)) {
        ExecutorAssembly.Ports ports =
            new ExecutorAssembly.Ports(
                clock,
                control,
                slots(options.settings().container().cores(), fatal),
                work,
                new NettyTransport(credential, NettySettings.DEFAULT),
                files,
                options
                    .drivers()
                    .<DriverFinder>map(where -> new DriverDirectory(files, work, where))
                    .orElse(DriverFinder.NONE),
                fatal);
        ExecutorProcess executor =
            ExecutorAssembly.assemble(
                new ExecutorEnvironment(
                    clock,
                    control,
                    ports.transport(),
                    ports.drivers(),
                    fatal,
                    new ReceivedTokens(credential)),
                options.settings(),
                ports,
                new ExecutorAssembly.Program(userClasses, SPILL_DIRECTORY, TaskSettings.DEFAULT));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(executor), "millrace-stop"));
        executor.start();
        return executor.ended().get();
      }
    }
  }

  /** Slots run user code that may never return, so nobody waits for their end. */
  private static List<Loop> slots(int cores, FatalHandler fatal) {
    List<Loop> slots = new ArrayList<>();
    for (int i = 0; i < cores; i++) {
      slots.add(ThreadLoop.start("millrace-slot-" + i, fatal));
    }
    return slots;
  }

  private static void stop(ExecutorProcess executor) {
    executor.stop("the process was told to terminate");
    try {
      executor.ended().get(STOP_DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("The executor did not end within {} s and is cut off", STOP_DEADLINE_SECONDS);
    } catch (ExecutionException | InterruptedException e) {
      LOG.warn("The executor did not end in order", e);
    }
  }
}
