package org.millrace.am.receive;

import java.util.HashMap;
import java.util.Map;

/** How many records a second each receiver may store. Owned by the driver loop. */
final class ReceiverRates {
  private final RatePolicy policy;
  private final long intervalMs;
  private final Map<Integer, RateEstimator> estimators = new HashMap<>();

  ReceiverRates(RatePolicy policy, long intervalMs) {
    this.policy = policy;
    this.intervalMs = intervalMs;
  }

  /** 0 for as many as it can. */
  long recordsPerSecond(int inputId) {
    return policy.adaptive() ? estimator(inputId).rate() : policy.maxRate();
  }

  /** Learns from a batch that was completed; answers whether the receiver has another rate now. */
  boolean onCompleted(int inputId, RateEstimator.Load load) {
    if (!policy.adaptive()) {
      return false;
    }
    long before = recordsPerSecond(inputId);
    estimator(inputId).onCompleted(load);
    return recordsPerSecond(inputId) != before;
  }

  private RateEstimator estimator(int inputId) {
    return estimators.computeIfAbsent(inputId, id -> new RateEstimator(policy, intervalMs));
  }
}
