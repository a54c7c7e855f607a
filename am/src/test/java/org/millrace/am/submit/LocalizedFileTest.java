package org.millrace.am.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class LocalizedFileTest {
  @TempDir private Path directory;

  @Test
  void understandsPathsAndUrisWithAndWithoutAnotherName() throws IOException {
    Path file = Files.createFile(directory.resolve("words.txt"));
    assertThat(LocalizedFile.parse(file.toString()).local()).contains(file);
    assertThat(LocalizedFile.parse(file.toString()).name()).isEqualTo("words.txt");
    assertThat(LocalizedFile.parse(file.toUri() + "#w").name()).isEqualTo("w");
    LocalizedFile remote = LocalizedFile.parse("hdfs://nn:8020/data/dict.gz");
    assertThat(remote.local()).isEmpty();
    assertThat(remote.name()).isEqualTo("dict.gz");
  }

  @Test
  void saysThatALocalFileIsMissing() {
    assertThatThrownBy(() -> LocalizedFile.parse(directory.resolve("nope").toString()))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_PATH))
        .hasMessageContaining("nope");
  }
}
