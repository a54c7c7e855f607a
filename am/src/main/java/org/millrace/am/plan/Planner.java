package org.millrace.am.plan;

import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.millrace.am.dataset.Residents;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.spi.JobAction;

/**
 * Cuts the graph of a job at what has to move into stages and gives each partition of a stage a
 * task. Not thread-safe: one thread plans.
 */
public final class Planner {
  private final PipelineBuilder pipelines;
  private final Shipping shipping;
  private final Residents residents;
  private final LongSupplier committedMs;

  /**
   * @param residents what executors keep; read while a job is planned
   * @param committedMs time of the newest batch that is never rolled back; -1 for none
   */
  public Planner(Shipping shipping, Residents residents, LongSupplier committedMs) {
    this.shipping = shipping;
    this.pipelines = new PipelineBuilder(shipping);
    this.residents = residents;
    this.committedMs = committedMs;
  }

  /**
   * Plans an action over the partitions {@code [from, until)} of a dataset.
   *
   * @param slots executors by slot, as reduce partitions go to them in turn; empty when none lives
   */
  public JobPlan plan(RddNode rdd, JobAction<?> action, int from, int until, int[] slots) {
    Places places = new Places(slots);
    ResidentInputs inputs = ResidentInputs.of(residents, places, committedMs.getAsLong());
    return new Planning(shipping, pipelines, inputs, places)
        .plan(rdd, action, from, until, any -> true);
  }

  /** Plans to bring some partitions of a state to the version of a node, whatever is kept of it. */
  public JobPlan planReplay(StateNode state, IntPredicate wanted, int[] slots) {
    Places places = new Places(slots);
    ResidentInputs inputs =
        ResidentInputs.ofReplay(residents, places, committedMs.getAsLong(), state);
    return new Planning(shipping, pipelines, inputs, places)
        .plan(state, new JobAction.Materialize(), 0, state.partitionCount(), wanted);
  }

  /** Plans to keep some partitions of a persisted dataset that nobody keeps. */
  public JobPlan planCopies(RddNode dataset, IntPredicate wanted, int[] slots) {
    Places places = new Places(slots);
    ResidentInputs inputs = ResidentInputs.of(residents, places, committedMs.getAsLong());
    return new Planning(shipping, pipelines, inputs, places)
        .plan(dataset, new JobAction.Materialize(), 0, dataset.partitionCount(), wanted);
  }
}
