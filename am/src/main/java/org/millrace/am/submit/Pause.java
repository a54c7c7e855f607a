package org.millrace.am.submit;

/** Port: lets time pass between two looks at the cluster, which tells nothing by itself. */
@FunctionalInterface
public interface Pause {
  /** Returns after about so many milliseconds; an interrupt ends the command. */
  void pauseMs(long ms);
}
