package org.millrace.checkpoint.runtime.adapter;

import org.millrace.checkpoint.runtime.FatalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the fault and halts the process without shutdown hooks: a hook could publish or unregister
 * on behalf of a process that is no longer trusted. Immutable.
 */
public final class HaltingFatalHandler implements FatalHandler {

  private static final Logger LOG = LoggerFactory.getLogger(HaltingFatalHandler.class);

  private final int exitCode;

  public HaltingFatalHandler(int exitCode) {
    this.exitCode = exitCode;
  }

  @Override
  public void onFatal(String where, Throwable fault) {
    try {
      LOG.error("Fatal fault in '{}': the process halts with code {}", where, exitCode, fault);
    } finally {
      Runtime.getRuntime().halt(exitCode);
    }
  }
}
