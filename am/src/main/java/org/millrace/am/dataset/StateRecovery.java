package org.millrace.am.dataset;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Brings state back whose home is lost. Called on threads that plan, which may wait. */
@FunctionalInterface
public interface StateRecovery {
  /**
   * State that a job needs and no executor has.
   *
   * @param stream what the state belongs to, as a person knows it
   * @param wantedMs the version that the job starts from
   * @param executorId where it was; -1 when no executor ever said that it had it
   */
  record LostState(String stream, int stateId, int partition, long wantedMs, int executorId) {}

  /**
   * Where the state is again, at the wanted version or a later one that can be rolled back to it.
   *
   * @throws MillraceException STATE_LOST when it cannot be brought back
   */
  StateHome recover(LostState lost);

  /** Where one thread plans at a time nothing can be brought back: who asked does it after that. */
  StateRecovery DEFERRED =
      lost -> {
        throw new MissingState(lost);
      };

  /** No durable copies exist. */
  StateRecovery NONE =
      lost -> {
        throw new MillraceException(
            ErrorCode.STATE_LOST,
            "the state of '"
                + lost.stream()
                + "', partition "
                + lost.partition()
                + ", of batch "
                + lost.wantedMs()
                + " ms is lost: "
                + (lost.executorId() < 0
                    ? "no executor has it"
                    : "it was on executor " + lost.executorId() + ", which is gone")
                + ", and there is no durable copy of it; start the application again");
      };
}
