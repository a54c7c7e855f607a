package org.millrace.runner.shuffle;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which placements of which jobs are over, for the last jobs that ended. Not thread-safe. */
public final class EndedJobs {
  private static final int KEPT = 4_096;

  private final Map<Long, Integer> lastEnded = new LinkedHashMap<>();

  /** Placements up to {@code placementVersion} are over. */
  public void end(long jobId, int placementVersion) {
    lastEnded.merge(jobId, placementVersion, Math::max);
    if (lastEnded.size() > KEPT) {
      lastEnded.remove(lastEnded.keySet().iterator().next());
    }
  }

  /** Whether this placement is over. */
  public boolean isOver(long jobId, int placementVersion) {
    Integer last = lastEnded.get(jobId);
    return last != null && placementVersion <= last;
  }
}
