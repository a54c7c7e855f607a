package org.millrace.api.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.millrace.api.StorageLevels;
import org.millrace.api.error.MillraceException;

class StorageLevelTest {
  @Test
  void hasTheKnownLevels() {
    assertThat(StorageLevels.MEMORY_AND_DISK_SER_2)
        .isEqualTo(StorageLevels.create(true, true, false, false, 2));
    assertThat(StorageLevels.MEMORY_ONLY.replication()).isOne();
    assertThat(StorageLevels.NONE.isValid()).isFalse();
    assertThat(StorageLevels.DISK_ONLY_3.isValid()).isTrue();
  }

  @Test
  void saysWhatItIs() {
    assertThat(StorageLevels.MEMORY_AND_DISK_2.description())
        .isEqualTo("Disk Memory Deserialized 2x Replicated");
    assertThat(StorageLevels.MEMORY_ONLY_SER.description())
        .isEqualTo("Memory Serialized 1x Replicated");
    assertThat(StorageLevels.OFF_HEAP.description())
        .isEqualTo("Disk Memory (off heap) Serialized 1x Replicated");
  }

  @Test
  void refusesLevelsThatCannotBe() {
    assertThatThrownBy(() -> StorageLevels.create(true, true, false, true, 0))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("0 copies");
    assertThatThrownBy(() -> StorageLevels.create(false, true, true, true, 1))
        .isInstanceOf(MillraceException.class);
  }
}
