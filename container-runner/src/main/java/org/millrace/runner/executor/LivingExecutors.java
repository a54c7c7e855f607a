package org.millrace.runner.executor;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.Membership;

/**
 * The newest membership, by executor id. Immutable. Ids grow and are never given twice, so one that
 * is missing is lost when a higher one was seen, and has yet to be announced when not.
 */
record LivingExecutors(long version, int newest, Map<Integer, Address> addresses) {

  static final LivingExecutors NONE_KNOWN = new LivingExecutors(-1, -1, Map.of());

  LivingExecutors {
    addresses = Map.copyOf(addresses);
  }

  /** What is known after a newer membership. */
  LivingExecutors with(Membership membership) {
    Map<Integer, Address> next = new HashMap<>();
    int highest = newest;
    for (ExecutorAddress executor : membership.getExecutorsList()) {
      next.put(executor.getExecutorId(), new Address(executor.getHost(), executor.getDataPort()));
      highest = Math.max(highest, executor.getExecutorId());
    }
    return new LivingExecutors(membership.getVersion(), highest, next);
  }

  /** The same until another driver, which counts its memberships anew, says more. */
  LivingExecutors ofDriverBefore() {
    return new LivingExecutors(-1, newest, addresses);
  }

  boolean isLost(int executorId) {
    return executorId <= newest && !addresses.containsKey(executorId);
  }

  Optional<Address> address(int executorId) {
    return Optional.ofNullable(addresses.get(executorId));
  }
}
