package org.millrace.am.log;

/**
 * One receiver in one executor incarnation, as the event log knows it. Immutable.
 *
 * @param executorId of the driver that started it
 * @param endedAt the number after its last block; -1 while it may grow
 * @param cut blocks before it belong to batches
 * @param released blocks before it are not needed any more
 */
public record StreamState(
    long streamId, int inputId, int executorId, long endedAt, long cut, long released) {

  public boolean isEnded() {
    return endedAt >= 0;
  }

  /** Whether nothing of it will ever be needed. */
  public boolean isUsedUp() {
    return isEnded() && released >= endedAt;
  }

  /** Whether it has, or may get, blocks that no batch has. */
  public boolean hasUncut() {
    return !isEnded() || cut < endedAt;
  }

  StreamState ended(long at) {
    return new StreamState(streamId, inputId, executorId, at, cut, released);
  }

  StreamState marked(long newCut, long newReleased) {
    return new StreamState(
        streamId,
        inputId,
        executorId,
        endedAt,
        Math.max(cut, newCut),
        Math.max(released, newReleased));
  }
}
