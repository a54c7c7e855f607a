package org.millrace.am.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.storage.StorageLevel;
import org.millrace.runner.wire.proto.StoredPartition;

class DatasetRegistryTest {
  private static final int MOST_COLLECTIONS = 1_000;

  private final DatasetRegistry registry = new DatasetRegistry();
  private RddNode node = new CollectionNode(List.of(List.of(1), List.of(2)));

  @Test
  void remembersWhoKeepsWhat() {
    registry.persist(node, StorageLevel.MEMORY_ONLY);

    assertThat(stored(2, node.id(), 0)).isEmpty();
    assertThat(stored(1, node.id(), 0)).isEmpty();

    assertThat(registry.level(node)).isEqualTo(StorageLevel.MEMORY_ONLY);
    assertThat(registry.holders(node, 0)).containsExactly(1, 2);
    assertThat(registry.holders(node, 1)).isEmpty();
  }

  @Test
  void knowsCopiesToo() {
    registry.persist(node, StorageLevel.MEMORY_ONLY_2);
    StoredPartition partition =
        StoredPartition.newBuilder().setDatasetId(node.id()).setPartition(1).addCopies(3).build();

    assertThat(registry.onStored(1, List.of(partition))).isEmpty();

    assertThat(registry.holders(node, 1)).containsExactly(1, 3);
    registry.onExecutorLost(3);
    assertThat(registry.onStored(1, List.of(partition))).isEmpty();
    assertThat(registry.holders(node, 1)).containsExactly(1);
  }

  @Test
  void aLostExecutorKeepsNothing() {
    registry.persist(node, StorageLevel.MEMORY_ONLY_2);
    stored(1, node.id(), 0);
    stored(2, node.id(), 0);
    stored(1, node.id(), 1);

    registry.onExecutorLost(1);

    assertThat(registry.holders(node, 0)).containsExactly(2);
    assertThat(registry.holders(node, 1)).isEmpty();
  }

  @Test
  void aPartitionThatNobodyHadIsForgotten() {
    registry.persist(node, StorageLevel.MEMORY_ONLY);
    stored(1, node.id(), 0);

    registry.onPartitionLost(node.id(), 0);

    assertThat(registry.holders(node, 0)).isEmpty();
  }

  @Test
  void whatIsStoredAfterItWasGivenUpIsUnwanted() {
    registry.persist(node, StorageLevel.MEMORY_ONLY);

    assertThat(registry.unpersist(node)).isTrue();

    assertThat(registry.unpersist(node)).isFalse();
    assertThat(registry.level(node)).isEqualTo(StorageLevel.NONE);
    assertThat(stored(1, node.id(), 0)).containsExactly(node.id());
    assertThat(registry.holders(node, 0)).isEmpty();
  }

  @Test
  void tellsWhatIsKeptUnderItsName() {
    registry.persist(node, StorageLevel.MEMORY_AND_DISK_2);
    node.name("reference");
    StoredPartition partition =
        StoredPartition.newBuilder()
            .setDatasetId(node.id())
            .setPartition(1)
            .setRecordCount(5)
            .setMemoryBytes(60)
            .setDiskBytes(7)
            .addCopies(3)
            .build();
    assertThat(registry.onStored(1, List.of(partition))).isEmpty();
    assertThat(registry.status())
        .containsExactly(
            new DatasetStatus(
                node.id(),
                "reference",
                node.description(),
                StorageLevel.MEMORY_AND_DISK_2,
                2,
                1,
                2,
                5,
                120,
                14));

    registry.onExecutorLost(3);
    assertThat(registry.status()).extracting(DatasetStatus::memoryBytes).containsExactly(60L);
    registry.onExecutorLost(1);
    node.name(null);

    assertThat(registry.status()).extracting(DatasetStatus::keptPartitions).containsExactly(0);
    assertThat(registry.status())
        .extracting(DatasetStatus::title)
        .containsExactly(node.description());
    registry.unpersist(node);
    assertThat(registry.status()).isEmpty();
  }

  @Test
  void refusesAnotherLevelAndOneThatKeepsNothing() {
    registry.persist(node, StorageLevel.MEMORY_ONLY);
    registry.persist(node, StorageLevel.MEMORY_ONLY);

    assertThatThrownBy(() -> registry.persist(node, StorageLevel.DISK_ONLY))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("unpersist");
    assertThatThrownBy(() -> registry.persist(new CollectionNode(List.of()), StorageLevel.NONE))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ILLEGAL_USE));
  }

  @Test
  void givesUpWhatNothingRefersTo() {
    registry.persist(node, StorageLevel.MEMORY_ONLY);
    long id = node.id();
    assertThat(registry.unreachable()).isEmpty();

    WeakReference<RddNode> gone = new WeakReference<>(node);
    node = null;
    Set<Long> released = Set.of();
    for (int i = 0; i < MOST_COLLECTIONS && released.isEmpty(); i++) {
      System.gc();
      released = registry.unreachable();
    }

    assertThat(gone.get()).isNull();
    assertThat(released).containsExactly(id);
    assertThat(stored(1, id, 0)).containsExactly(id);
  }

  private Set<Long> stored(int executorId, long datasetId, int partition) {
    return registry.onStored(
        executorId,
        List.of(
            StoredPartition.newBuilder().setDatasetId(datasetId).setPartition(partition).build()));
  }
}
