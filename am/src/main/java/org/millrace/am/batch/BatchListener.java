package org.millrace.am.batch;

import org.millrace.api.error.MillraceException;

/** Told of batches, on the driver loop. */
public interface BatchListener {
  void onBatchEnded(BatchStatus status);

  /** A batch failed and the policy says that the application stops. */
  void onBatchesStopped(MillraceException cause);
}
