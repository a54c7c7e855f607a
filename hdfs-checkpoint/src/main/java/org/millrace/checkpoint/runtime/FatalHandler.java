package org.millrace.checkpoint.runtime;

/** Receives the faults after which the process must not go on; the only way to end the process. */
@FunctionalInterface
public interface FatalHandler {

  /**
   * Reports a fault. May be called from any thread and may not return.
   *
   * @param where the component or loop that failed
   */
  void onFatal(String where, Throwable fault);
}
