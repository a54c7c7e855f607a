package org.millrace.checkpoint.files;

/** How an operation that changes names ended. */
public enum Outcome {
  /** It happened, now or before: the wanted state was seen. */
  DONE,
  /** It did not happen and will not; what was prepared for it may be cleaned up. */
  FAILED,
  /** It may have happened or may still happen: look again before anything else, never clean up. */
  UNKNOWN
}
