package org.millrace.am.plan;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.am.plan.PlannedInput.Locality;
import org.millrace.am.plan.PlannedInput.ShuffleRead;
import org.millrace.am.plan.TaskDraft.Drafted;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;

/**
 * Datasets of which every partition is the same reduce partition of one shuffle and what follows
 * from it record by record: once one of them is planned, the others are known. Owned by the thread
 * that plans.
 */
final class ShuffleReaders {
  private final ResidentInputs residents;
  private final Places places;
  private final Planning planning;
  private final Map<RddNode, Reader> readers = new IdentityHashMap<>();

  /** The shuffle and the pipe of a dataset. */
  private record Reader(ShuffleNode shuffle, PipeShape shape, int operatorPartitions) {}

  ShuffleReaders(ResidentInputs residents, Places places, Planning planning) {
    this.residents = residents;
    this.places = places;
    this.planning = planning;
  }

  /**
   * Null when another partition of the dataset was not planned before, or it is no such dataset.
   */
  Drafted draftOrNull(Part part) {
    Reader reader = readers.get(part.node());
    if (reader == null) {
      return null;
    }
    int partition = part.index();
    int place = places.aligned(partition);
    int shuffleId = planning.shuffleTo(place, reader.shuffle, partition);
    return new Drafted(
        partition,
        reader.shape,
        new PlannedInput(
            PipePlanner.shuffleInput(shuffleId, partition),
            List.of(new ShuffleRead(shuffleId, partition)),
            place,
            Locality.ANYWHERE,
            List.of(),
            reader.operatorPartitions == 0
                ? List.of()
                : Collections.nCopies(reader.operatorPartitions, partition),
            false));
  }

  /** A partition was planned as {@code drafted}. */
  void note(Part part, Drafted drafted) {
    RddNode node = part.node();
    while (node instanceof NarrowNode narrow && !residents.isPersisted(node)) {
      node = narrow.parent();
    }
    if (node instanceof ShuffleNode shuffle
        && !residents.isPersisted(node)
        && !Part.isInPlace(shuffle)) {
      readers.put(
          part.node(),
          new Reader(shuffle, drafted.shape(), drafted.input().operatorPartitions().size()));
    }
  }
}
