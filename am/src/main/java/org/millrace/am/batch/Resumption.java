package org.millrace.am.batch;

import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.checkpoint.log.DriverEvent.BatchFailed;

/**
 * Where the batches of an application stood when its last driver ended. Immutable.
 *
 * @param zeroMs the time one interval before the first batch of all
 * @param lastDecidedMs the newest batch that was committed or skipped; {@code zeroMs} for none
 * @param lastBatchMs the newest batch that was cut or decided; {@code zeroMs} for none
 * @param recoveryMs state is as after this batch; those decided since are computed again, without
 *     their outputs, as far as later batches depend on them
 * @param cuts what batches read whose input is still needed, by time; batches without input are
 *     left out
 * @param skipped which of the decided ones were skipped
 * @param failed what the driver before gave up at; empty when it did not
 */
public record Resumption(
    long zeroMs,
    long lastDecidedMs,
    long lastBatchMs,
    long recoveryMs,
    NavigableMap<Long, List<InputCut>> cuts,
    Set<Long> skipped,
    Optional<BatchFailed> failed) {
  public Resumption {
    cuts = Collections.unmodifiableNavigableMap(new TreeMap<>(cuts));
    skipped = Set.copyOf(skipped);
    if (recoveryMs > lastDecidedMs || lastDecidedMs > lastBatchMs) {
      throw new IllegalArgumentException(
          "recovery %d, last decided %d and last batch %d are not in this order"
              .formatted(recoveryMs, lastDecidedMs, lastBatchMs));
    }
  }
}
