package org.millrace.api.sink;

import java.util.Objects;
import java.util.Optional;

/**
 * How a commit ended. Immutable.
 *
 * @param kind which of the three ways
 * @param reason why it is not {@code DONE}, for people; else empty
 * @param cause the exception behind it, if there is one
 */
public record CommitOutcome(Kind kind, String reason, Optional<Throwable> cause) {
  /** The three ways a commit ends. */
  public enum Kind {
    /** The batch is in the sink, now or since an earlier commit of it. */
    DONE,
    /**
     * The batch is not in the sink, and will not get there by asking again: what was staged is gone
     * or is refused. The application stops.
     */
    FAILED,
    /** It is not known, or not possible now: the same batch is committed again, after a pause. */
    UNKNOWN
  }

  private static final CommitOutcome SUCCESS = new CommitOutcome(Kind.DONE, "", Optional.empty());

  /** Checks that everything is given. */
  public CommitOutcome {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(cause, "cause");
  }

  /** The batch is in the sink. */
  public static CommitOutcome done() {
    return SUCCESS;
  }

  /** The batch cannot get into the sink. The cause may be null. */
  public static CommitOutcome failed(String reason, Throwable cause) {
    return new CommitOutcome(Kind.FAILED, reason, Optional.ofNullable(cause));
  }

  /** Ask again. The cause may be null. */
  public static CommitOutcome unknown(String reason, Throwable cause) {
    return new CommitOutcome(Kind.UNKNOWN, reason, Optional.ofNullable(cause));
  }
}
