package org.millrace.testkit.sim;

/** How long the network and the cluster manager take. */
public enum Pace {
  /** As long as the seed says, as real ones do. */
  DRAWN,
  /** No time: the clock stands still meanwhile. */
  AT_ONCE
}
