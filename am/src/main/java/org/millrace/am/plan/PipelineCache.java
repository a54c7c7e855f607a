package org.millrace.am.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Pipelines by what they are made of, functions by identity, so that a batch which runs the same
 * functions as the one before serializes and hashes nothing. Bounded, least recently used first
 * out. Owned by the thread that plans.
 */
final class PipelineCache {
  private static final int MOST = 1_024;

  private final Map<Key, Pipeline> pipelines =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Pipeline> eldest) {
          return size() > MOST;
        }
      };

  /** A pipe and what is behind it. */
  record Key(PipeShape pipe, SinkShape sink) {}

  Pipeline get(Key key, Supplier<Pipeline> make) {
    Pipeline known = pipelines.get(key);
    if (known == null) {
      known = make.get();
      pipelines.put(key, known);
    }
    return known;
  }
}
