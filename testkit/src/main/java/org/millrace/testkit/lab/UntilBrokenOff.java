package org.millrace.testkit.lab;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.millrace.am.cli.MillraceCommandLine;

/**
 * Runs a command so that a signal to this process ends what the command started before the process:
 * the command's thread is interrupted, and the process waits for its {@code finally} blocks.
 */
public final class UntilBrokenOff {
  private static final long END_TIMEOUT_MS = 60_000;

  private final PrintWriter err;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean abandoned = new AtomicBoolean();
  private final Thread runner = Thread.currentThread();

  private UntilBrokenOff(PrintWriter err) {
    this.err = err;
  }

  /** Returns the exit code. A lab's error is printed with all its lines and is exit code 1. */
  public static int run(PrintWriter err, Callable<Integer> command) throws Exception {
    return new UntilBrokenOff(err).run(command);
  }

  private int run(Callable<Integer> command) throws Exception {
    Thread onExit = new Thread(this::abandon, "broken-off");
    Runtime.getRuntime().addShutdownHook(onExit);
    try {
      return command.call();
    } catch (Exception e) {
      if (abandoned.get()) {
        // What fails because the user broke off is no news.
        return MillraceCommandLine.EXIT_FAILED;
      }
      if (e instanceof LabException) {
        err.println("millrace: " + e.getMessage());
        return MillraceCommandLine.EXIT_FAILED;
      }
      throw e;
    } finally {
      ended.countDown();
      if (!abandoned.get()) {
        Runtime.getRuntime().removeShutdownHook(onExit);
      }
    }
  }

  private void abandon() {
    abandoned.set(true);
    err.println();
    err.println("Broken off; ending what was started ...");
    err.flush();
    runner.interrupt();
    try {
      if (!ended.await(END_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        err.println("That takes too long; look with 'bin/millrace lab status'.");
        err.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
