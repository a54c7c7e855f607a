package org.millrace.am.dataset;

import java.util.Objects;

/**
 * What stays on executors, as the driver knows it. Thread-safe.
 *
 * @param recovery asked for state whose home is lost
 */
public record Residents(DatasetRegistry datasets, StateRegistry states, StateRecovery recovery) {
  public Residents {
    Objects.requireNonNull(datasets, "datasets");
    Objects.requireNonNull(states, "states");
    Objects.requireNonNull(recovery, "recovery");
  }

  /** Nothing is kept yet, and what is lost is lost. */
  public static Residents none() {
    return new Residents(new DatasetRegistry(), new StateRegistry(), StateRecovery.NONE);
  }

  /** Forgets all that the executor kept. */
  public void onExecutorLost(int executorId) {
    datasets.onExecutorLost(executorId);
    states.onExecutorLost(executorId);
  }
}
