package org.millrace.api.streaming;

/**
 * Where a {@link StreamingContext} is in its life.
 *
 * <pre>
 *   INITIALIZED --start--&gt; ACTIVE --stop, failure--&gt; STOPPED
 *   INITIALIZED --stop, failed start--&gt; STOPPED
 * </pre>
 */
public enum StreamingContextState {
  /** Streams and outputs can be defined; nothing runs. */
  INITIALIZED,
  /** Batches run; nothing can be defined any more. */
  ACTIVE,
  /** Nothing runs and nothing can be started again. */
  STOPPED
}
