package org.millrace.am.receive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The block logs of an application from their directory to their end. Owned by the driver loop.
 *
 * <pre>
 *   OPEN --its executor is given up, or it failed--&gt; SEALING --indexed--&gt; SEALED --all released--&gt; deleted
 * </pre>
 *
 * Sealing takes as long as HDFS takes to recover leases, seconds, and is tried until it is done:
 * until then nobody knows what was acknowledged.
 */
final class TrackedLogs {
  private static final Logger LOG = LoggerFactory.getLogger(TrackedLogs.class);

  private final Optional<BlockLogs> logs;
  private final Loop loop;
  private final long epoch;
  private final long retryMs;
  private final Consumer<SealedLog> onSealed;
  private final Map<Integer, String> open = new HashMap<>();
  private final Map<Integer, Integer> opened = new HashMap<>();
  private final Map<String, CompletableFuture<String>> made = new HashMap<>();
  private final Set<String> sealing = new HashSet<>();
  private final Map<String, SealedLog> sealed = new TreeMap<>();

  /**
   * @param logs none when received blocks are not logged
   * @param onSealed told on the loop what is in a log that was given up
   */
  TrackedLogs(
      Optional<BlockLogs> logs, Loop loop, long epoch, long retryMs, Consumer<SealedLog> onSealed) {
    this.logs = logs;
    this.loop = loop;
    this.epoch = epoch;
    this.retryMs = Math.max(1, retryMs);
    this.onSealed = onSealed;
  }

  boolean areWritten() {
    return logs.isPresent();
  }

  /** The log that an executor writes; empty for none. */
  String openOn(int executorId) {
    if (logs.isEmpty()) {
      return "";
    }
    return open.computeIfAbsent(
        executorId, id -> BlockLogs.name(epoch, id, opened.merge(id, 1, Integer::sum)));
  }

  /** An executor that stayed goes on with its log. */
  void adopt(int executorId, String name) {
    if (!name.isEmpty()) {
      open.put(executorId, name);
      opened.merge(executorId, 1, Integer::sum);
    }
  }

  /** The directory of an open log, when it is there. */
  CompletableFuture<String> directory(String name) {
    CompletableFuture<String> before = made.get(name);
    if (before != null && !before.isCompletedExceptionally()) {
      return before;
    }
    CompletableFuture<String> now = logs.orElseThrow().make(name);
    made.put(name, now);
    return now;
  }

  /** The executor is given up: nothing that it still writes counts. */
  void giveUp(int executorId) {
    String name = open.remove(executorId);
    if (name != null) {
      seal(name);
    }
  }

  /** The log takes no more, though its executor may live. */
  void onFailed(int executorId, String name) {
    if (open.remove(executorId, name)) {
      seal(name);
    }
  }

  private void seal(String name) {
    sealing.add(name);
    Answers.post(
        logs.orElseThrow().seal(name), loop, (log, failure) -> onSealed(name, log, failure));
  }

  private void onSealed(String name, SealedLog log, Throwable failure) {
    if (failure != null) {
      LOG.warn(
          "the block log {} cannot be sealed yet; what only it has waits: {}",
          name,
          failure.toString(),
          failure);
      loop.schedule(retryMs, () -> seal(name));
      return;
    }
    LOG.info("sealed block log {}", log);
    sealing.remove(name);
    made.remove(name);
    sealed.put(name, log);
    onSealed.accept(log);
  }

  /** Logs that were sealed before this driver began. */
  void restore(List<SealedLog> before) {
    before.forEach(log -> sealed.put(log.name(), log));
  }

  boolean isSealing(String name) {
    return sealing.contains(name);
  }

  Optional<SealedLog> sealed(String name) {
    return Optional.ofNullable(sealed.get(name));
  }

  /** Deletes sealed logs that are not needed, when all that says so is durable. */
  void deleteUnless(Predicate<String> needed, Consumer<Runnable> whenDurable) {
    for (String name : new ArrayList<>(sealed.keySet())) {
      if (!needed.test(name)) {
        sealed.remove(name);
        whenDurable.accept(() -> logs.orElseThrow().delete(name));
      }
    }
  }
}
