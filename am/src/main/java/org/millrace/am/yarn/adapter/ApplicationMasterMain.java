package org.millrace.am.yarn.adapter;

import org.millrace.am.yarn.ApplicationMaster;
import org.millrace.checkpoint.runtime.adapter.HaltingFatalHandler;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.SystemRandomness;

/** The process of the application master. */
public final class ApplicationMasterMain {
  /** The exit code after an order to shut down, or a fault that leaves nothing to trust. */
  private static final int HALTED = 70;

  private ApplicationMasterMain() {}

  /** Runs the application master and ends the process with its exit code. */
  public static void main(String[] arguments) {
    ApplicationMaster master =
        new ApplicationMaster(
            System.getenv(),
            new SystemClock(),
            SystemRandomness.secure(),
            new HaltingFatalHandler(HALTED));
    TerminationSignal.handleWith(master::onSignal);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(master::onUnexpectedExit, "application-master-exit"));
    System.exit(master.run());
  }
}
