package org.millrace.am.batch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.ReceiverStreamNode;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.WindowStreamNode;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Duration;

/**
 * How far back the datasets of each stream are needed, and how they are kept for that long.
 * Immutable; computed once from the graph.
 *
 * <p>A batch at t may ask a stream for its dataset at {@code t - lookBack} and later ones: because
 * the program wants to remember it, because a window over it reaches back, or because a stream
 * computed from it is looked back at. State stands for itself: what was computed from an earlier
 * version cannot be computed again from the stream that changed it.
 */
final class StreamRetention {
  private final StreamGraph graph;
  private final List<StreamNode> needed;
  private final long rememberMs;
  private final Map<StreamNode, Long> lookBackMs = new HashMap<>();
  private final Map<StreamNode, StorageLevel> levels = new HashMap<>();
  private final Set<StreamNode> readingState = new HashSet<>();

  StreamRetention(StreamGraph graph) {
    this.graph = graph;
    this.needed = graph.neededStreams();
    this.rememberMs = graph.rememberDuration().map(Duration::milliseconds).orElse(0L);
    // Ids grow from parents to children.
    for (int i = needed.size() - 1; i >= 0; i--) {
      lookBackOfParents(needed.get(i));
    }
    for (StreamNode stream : needed) {
      if (stream.parents().stream().anyMatch(StatefulStreamNode.class::isInstance)) {
        readingState.add(stream);
      }
      explicitLevel(stream);
    }
    for (StreamNode stream : needed) {
      levelOfWindowed(stream);
    }
  }

  /** Every stream that an output needs, parents before children. */
  List<StreamNode> needed() {
    return needed;
  }

  /** Whether a batch looks back at all: at past datasets or at the state that they left. */
  boolean hasPast() {
    return rememberMs > 0
        || needed.stream()
            .anyMatch(stream -> stream instanceof StatefulStreamNode || lookBackMs(stream) > 0);
  }

  /** How long before a batch the dataset can be that it asks for; 0 for its own only. */
  long lookBackMs(StreamNode stream) {
    return lookBackMs.getOrDefault(stream, rememberMs);
  }

  /**
   * How long after its batch the input of a batch is needed. One interval longer than any batch
   * looks back: the program may be reading a past dataset while the next batch begins.
   */
  long inputNeededMs(InputStreamNode input) {
    long lookBack = lookBackMs(input);
    return lookBack == 0 ? 0 : lookBack + graph.batchInterval().milliseconds();
  }

  /** How long after its batch a view of state is looked at. */
  long stateLookBackMs() {
    return needed.stream()
        .filter(stream -> stream instanceof StatefulStreamNode || readingState.contains(stream))
        .mapToLong(this::lookBackMs)
        .max()
        .orElse(0);
  }

  /** How the datasets of a stream are kept, for those that are not views of state. */
  Optional<StorageLevel> level(StreamNode stream) {
    return Optional.ofNullable(levels.get(stream));
  }

  /**
   * How a view of state is kept: only when it is read after the next batch has changed the state,
   * and then so that it is never dropped, because it cannot be computed again.
   */
  Optional<StorageLevel> levelOfState(StreamNode stream) {
    if (lookBackMs(stream) == 0) {
      return Optional.empty();
    }
    StorageLevel wanted = levels.getOrDefault(stream, StorageLevel.MEMORY_AND_DISK_SER);
    return Optional.of(wanted.useDisk() ? wanted : StorageLevel.MEMORY_AND_DISK_SER);
  }

  /** Whether each batch computes its dataset, read or not: later ones depend on it. */
  boolean isComputedAlways(StreamNode stream) {
    return stream instanceof StatefulStreamNode
        || (readingState.contains(stream) && lookBackMs(stream) > 0);
  }

  private void lookBackOfParents(StreamNode stream) {
    long own = lookBackMs.merge(stream, rememberMs, Math::max);
    for (StreamNode parent : stream.parents()) {
      long parents = own;
      if (stream instanceof WindowStreamNode window) {
        parents += window.windowDuration().milliseconds() - parent.slide().milliseconds();
      } else if (stream instanceof StatefulStreamNode) {
        parents = 0;
      }
      lookBackMs.merge(parent, parents, Math::max);
    }
  }

  /** What is asked of a window goes to the stream that it shows: the window itself has no data. */
  private void explicitLevel(StreamNode stream) {
    StreamNode holder = stream;
    while (holder instanceof WindowStreamNode window) {
      holder = window.parent();
    }
    StreamNode target = holder;
    graph
        .settings(stream)
        .storageLevel()
        .filter(StorageLevel::isValid)
        .ifPresent(
            level -> {
              if (target == stream) {
                levels.put(target, level);
              } else {
                levels.putIfAbsent(target, level);
              }
            });
  }

  /** Overlapping windows read a dataset several times. Blocks are in memory anyway. */
  private void levelOfWindowed(StreamNode stream) {
    if (stream instanceof WindowStreamNode window
        && window.windowDuration().milliseconds() > window.slide().milliseconds()) {
      StreamNode parent = window.parent();
      while (parent instanceof WindowStreamNode inner) {
        parent = inner.parent();
      }
      if (!(parent instanceof ReceiverStreamNode)) {
        levels.putIfAbsent(parent, StorageLevel.MEMORY_ONLY_SER);
      }
    }
  }
}
