package org.millrace.api.spi;

/** How streaming ends. */
public enum StopMode {
  /** Running batches are given up; what was received and not processed is left. */
  NOW,
  /** Receivers stop first, then everything that was received is processed. */
  GRACEFUL
}
