package org.millrace.am.receive;

/** What happened to a receiver. */
public enum ReceiverChange {
  /** It runs, for the first time or again. */
  STARTED,
  /** It reported an error, or is restarted because of one. */
  ERROR,
  /** It ended, or its executor did; it may be started again elsewhere. */
  STOPPED
}
