package org.millrace.api.accumulator;

import java.io.Serializable;
import org.millrace.api.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * A value that tasks add to and only the driver reads.
 *
 * <p>Each task adds to a copy that begins at zero. The driver merges the copies of a job's tasks
 * when the job has succeeded, one for each task however often it was tried; what a failed batch
 * merged is taken back before the batch is run again. So the value counts each partition of each
 * job of each batch once. A transformation that several jobs compute counts once for each of them,
 * unless its dataset is persisted.
 *
 * <p>A subclass is serializable. Merging must not depend on the order.
 *
 * @param <I> type of what is added
 * @param <O> type of the value
 */
public abstract class AccumulatorV2<I, O> implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long UNREGISTERED = -1;

  private long id = UNREGISTERED;
  private String name;

  /** For subclasses. */
  protected AccumulatorV2() {}

  /** Whether nothing was added since the last reset. */
  public abstract boolean isZero();

  /** A copy with the same value. */
  public abstract AccumulatorV2<I, O> copy();

  /** Goes back to zero. */
  public abstract void reset();

  /** Adds one value. */
  public abstract void add(I value);

  /** Adds all that another accumulator of this type holds. */
  public abstract void merge(AccumulatorV2<I, O> other);

  /** What was added up. */
  public abstract O value();

  /** A copy at zero. */
  public AccumulatorV2<I, O> copyAndReset() {
    AccumulatorV2<I, O> copied = copy();
    copied.reset();
    return copied;
  }

  /** A number that no other accumulator of the application has; -1 before it is registered. */
  public final long id() {
    return id;
  }

  /** The name that the program gave it. */
  public final Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** Whether a context knows it; tasks can add only to an accumulator that was registered. */
  public final boolean isRegistered() {
    return id != UNREGISTERED;
  }

  /**
   * Gives it its number; for engines.
   *
   * @throws MillraceException ILLEGAL_USE when it has one
   */
  public final void register(long newId, String newName) {
    if (isRegistered()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          this + " is registered already; make a new accumulator for another use");
    }
    id = newId;
    name = newName;
  }

  /** The copy at zero that tasks add to; for engines. */
  public final AccumulatorV2<I, O> forTasks() {
    AccumulatorV2<I, O> copied = copyAndReset();
    copied.id = id;
    copied.name = name;
    return copied;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName()
        + "(id "
        + id
        + (name == null ? "" : ", " + name)
        + ", value "
        + value()
        + ")";
  }
}
