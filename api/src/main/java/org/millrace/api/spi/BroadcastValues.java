package org.millrace.api.spi;

/** Where broadcasts find their values; one in the driver and one in each executor. Thread-safe. */
public interface BroadcastValues {
  /**
   * The value, of the type it was broadcast with.
   *
   * @throws org.millrace.api.error.MillraceException ILLEGAL_USE when it was destroyed
   */
  Object value(long id);

  /** Drops the copies of the executors; a task that needs one gets it again. */
  void unpersist(long id, boolean waiting);

  /** Drops the value everywhere, for good. */
  void destroy(long id, boolean waiting);
}
