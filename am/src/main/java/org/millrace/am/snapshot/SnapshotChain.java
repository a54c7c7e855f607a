package org.millrace.am.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * The sections that make up a partition. Immutable.
 *
 * @param versionMs of the state in the last one, or later when nothing changed since
 * @param sections everything first, then what changed, in order
 */
record SnapshotChain(long versionMs, List<Section> sections) {
  private static final int MOST_DELTAS = 10;

  /** A section of a file. */
  record Section(String path, long fileBytes, int section, long bytes) {}

  SnapshotChain {
    sections = List.copyOf(sections);
  }

  static SnapshotChain of(long versionMs, Section everything) {
    return new SnapshotChain(versionMs, List.of(everything));
  }

  SnapshotChain unchangedAt(long newVersionMs) {
    return new SnapshotChain(newVersionMs, sections);
  }

  SnapshotChain with(long newVersionMs, Section delta) {
    List<Section> longer = new ArrayList<>(sections);
    longer.add(delta);
    return new SnapshotChain(newVersionMs, longer);
  }

  /** Of all sections. */
  long bytes() {
    return sections.stream().mapToLong(Section::bytes).sum();
  }

  /** Whether everything is to be written anew: the changes outweigh it, or there are many. */
  boolean isOutweighed() {
    long deltas = sections.stream().skip(1).mapToLong(Section::bytes).sum();
    return sections.size() > MOST_DELTAS || 2 * deltas > sections.get(0).bytes();
  }
}
