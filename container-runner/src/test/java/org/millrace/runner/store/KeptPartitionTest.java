package org.millrace.runner.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.runner.shuffle.Page;
import org.millrace.runner.shuffle.PageContent;
import org.millrace.runner.shuffle.SpillArea;
import org.millrace.runner.shuffle.adapter.DirectoryFiles;
import org.millrace.runner.wire.proto.StoreTarget;

class KeptPartitionTest {
  @TempDir Path directory;

  @Test
  void oneThatWasDroppedIsNotAnEmptyOne() {
    try (DirectoryFiles files = new DirectoryFiles(directory.resolve("spill"))) {
      KeptPartition partition =
          new KeptPartition(StoreTarget.getDefaultInstance(), new SpillArea(files, "kept"));
      assertThat(partition.pagesOrNull()).isEmpty();

      Page page = new Page(new PageContent.Encoded(ByteBuffer.allocate(3), 1), 1, 3, 0);
      assertThat(partition.add(page)).isTrue();
      assertThat(partition.pagesOrNull()).containsExactly(page);

      assertThat(partition.drop()).containsExactly(page);
      assertThat(partition.pagesOrNull()).isNull();
    }
  }
}
