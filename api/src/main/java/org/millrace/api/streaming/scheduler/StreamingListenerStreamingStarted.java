package org.millrace.api.streaming.scheduler;

/**
 * Streaming has started.
 *
 * @param time when it started, in milliseconds since the beginning of 1970, UTC
 */
public record StreamingListenerStreamingStarted(long time) implements StreamingListenerEvent {
  @Override
  public void tell(StreamingListener listener) {
    listener.onStreamingStarted(this);
  }
}
