package org.millrace.am.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Pipelines by what they are made of, functions by identity, so that a batch which runs the same
 * functions as the one before serializes and hashes nothing. Bounded, least recently used first
 * out. Owned by the thread that plans.
 */
final class PipelineCache {
  private static final int MOST = 1_024;

  private final Map<List<Object>, Pipeline> pipelines =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Object>, Pipeline> eldest) {
          return size() > MOST;
        }
      };

  Pipeline get(List<Object> parts, Supplier<Pipeline> make) {
    Pipeline known = pipelines.get(parts);
    if (known == null) {
      known = make.get();
      pipelines.put(parts, known);
    }
    return known;
  }

  /** A function as part of a key: equal to itself only. */
  record Same(Object function) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Same same && same.function == function;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(function);
    }
  }
}
