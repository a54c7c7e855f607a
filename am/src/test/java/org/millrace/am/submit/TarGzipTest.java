package org.millrace.am.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarGzipTest {
  @TempDir private Path directory;

  @Test
  void isUnpackedByTarWithContentAndTimes() throws Exception {
    byte[] content = new byte[1500];
    content[1499] = 7;
    Path file = Files.write(directory.resolve("in"), content);
    FileTime time = FileTime.fromMillis(1_767_225_600_000L);
    Files.setLastModifiedTime(file, time);
    Path empty = Files.createFile(directory.resolve("empty"));
    Path archive = directory.resolve("x.tar.gz");
    try (OutputStream out = Files.newOutputStream(archive);
        TarGzip tar = new TarGzip(out)) {
      tar.add(file, "some.jar");
      tar.add(empty, "none.jar");
    }

    Process process =
        new ProcessBuilder("tar", "-xzf", "x.tar.gz").directory(directory.toFile()).start();

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(directory.resolve("some.jar")).hasBinaryContent(content);
    assertThat(directory.resolve("none.jar")).isEmptyFile();
    assertThat(Files.getLastModifiedTime(directory.resolve("some.jar"))).isEqualTo(time);
  }

  @Test
  void refusesNamesThatTheFormatDoesNotHold() throws IOException {
    Path file = Files.createFile(directory.resolve("in"));
    try (TarGzip tar = new TarGzip(OutputStream.nullOutputStream())) {
      assertThatThrownBy(() -> tar.add(file, "x".repeat(101))).isInstanceOf(IOException.class);
    }
  }
}
