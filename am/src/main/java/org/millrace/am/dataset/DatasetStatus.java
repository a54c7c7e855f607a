package org.millrace.am.dataset;

import java.util.Objects;
import org.millrace.api.storage.StorageLevel;

/**
 * A persisted dataset, as the page shows it. Immutable.
 *
 * @param name that the program gave; empty for none
 * @param description the operation and its place in the program
 * @param keptPartitions of its {@code partitions} that some executor keeps
 * @param copies of partitions on executors
 * @param records in the partitions that are kept
 * @param memoryBytes that all copies take, each as much as the one that was computed when it was
 *     told
 * @param diskBytes the same on local disks
 */
public record DatasetStatus(
    long id,
    String name,
    String description,
    StorageLevel level,
    int partitions,
    int keptPartitions,
    int copies,
    long records,
    long memoryBytes,
    long diskBytes) {
  public DatasetStatus {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(level, "level");
  }

  /** What people know it by. */
  public String title() {
    return name.isEmpty() ? description : name;
  }
}
