package org.millrace.am.dataset;

import org.millrace.am.dataset.StateRecovery.LostState;

/**
 * A job cannot be planned before a state is somewhere again. Thrown where one thread plans at a
 * time; bringing the state back runs other jobs, so it is done after that.
 */
public final class MissingState extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient LostState lost;

  /** The state that is missing. */
  public MissingState(LostState lost) {
    super("partition " + lost.partition() + " of the state of '" + lost.stream() + "'");
    this.lost = lost;
  }

  /** What is missing. */
  public LostState lost() {
    return lost;
  }
}
