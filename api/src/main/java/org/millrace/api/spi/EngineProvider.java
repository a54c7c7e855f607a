package org.millrace.api.spi;

import org.millrace.api.StreamingConf;

/** Opens engines; found by {@link java.util.ServiceLoader}. */
public interface EngineProvider {
  /** Whether this provider runs programs on a master like {@code local[2]} or {@code yarn}. */
  boolean accepts(String master);

  /**
   * Opens the engine of one context.
   *
   * @param conf the program's configuration; its master is one that {@link #accepts} is true for
   * @throws org.millrace.api.error.MillraceException with code RUN_ON_CLIENT when the master is a
   *     cluster and this process is not the driver on it
   */
  Engine open(StreamingConf conf);
}
