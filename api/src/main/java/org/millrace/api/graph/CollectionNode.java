package org.millrace.api.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Records that the program itself holds, already dealt to partitions; records may be null. */
public final class CollectionNode extends SourceNode {
  private final List<List<Object>> partitions;

  /** A dataset with these partitions, which are copied. */
  public CollectionNode(List<List<Object>> partitions) {
    this(partitions, "parallelize");
  }

  /** A dataset with these partitions, which are copied, made at a place of the program. */
  public CollectionNode(List<List<Object>> partitions, String description) {
    super(description);
    List<List<Object>> copy = new ArrayList<>(partitions.size());
    for (List<Object> partition : partitions) {
      copy.add(Collections.unmodifiableList(new ArrayList<>(partition)));
    }
    this.partitions = Collections.unmodifiableList(copy);
  }

  /**
   * Deals records to {@code slices} partitions of consecutive records whose sizes differ by at most
   * one: partition i holds the records from {@code i * size / slices} to {@code (i + 1) * size /
   * slices}.
   */
  public static CollectionNode sliced(List<?> records, int slices, String description) {
    List<List<Object>> partitions = new ArrayList<>(slices);
    for (long i = 0; i < slices; i++) {
      int from = (int) (i * records.size() / slices);
      int until = (int) ((i + 1) * records.size() / slices);
      partitions.add(new ArrayList<>(records.subList(from, until)));
    }
    return new CollectionNode(partitions, description);
  }

  /** The records of each partition, in order; unmodifiable. */
  public List<List<Object>> partitions() {
    return partitions;
  }

  @Override
  public int partitionCount() {
    return partitions.size();
  }
}
