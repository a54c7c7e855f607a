package org.millrace.runner.shuffle.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.shuffle.LocalFiles.SpillFile;

class DirectoryFilesTest {
  @TempDir private Path folder;

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsBackWhatWasAppendedAndLeavesNothingBehind() {
    Path spill = folder.resolve("spill");
    DirectoryFiles files = new DirectoryFiles(spill);
    SpillFile one = files.create("job-1");
    SpillFile other = files.create("job-1");
    assertThat(one.append(bytes("first"))).isZero();
    assertThat(one.append(bytes("second"))).isEqualTo(5);
    assertThat(other.append(bytes("other"))).isZero();
    assertThat(one.read(5, 6)).isEqualTo(bytes("second"));
    assertThat(one.read(0, 5)).isEqualTo(bytes("first"));
    one.close();
    one.close();
    assertThat(spill).isDirectoryContaining(path -> path.toString().endsWith(".spill"));
    files.close();
    assertThat(spill).doesNotExist();
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> files.create("late"))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED));
    assertThat(spill).doesNotExist();
  }

  @Test
  void failsWithACodeWhenTheDirectoryCannotBeMade() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    DirectoryFiles files = new DirectoryFiles(file);
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> files.create("job-1"))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED))
        .withMessageContaining(file.toString());
  }

  @Test
  void failsWithACodeWhenAFileIsShorterThanExpected() {
    DirectoryFiles files = new DirectoryFiles(folder.resolve("spill"));
    SpillFile file = files.create("job-1");
    file.append(bytes("short"));
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> file.read(3, 10))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED));
    files.close();
  }
}
