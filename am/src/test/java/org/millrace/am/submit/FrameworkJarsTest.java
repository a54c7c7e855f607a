package org.millrace.am.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class FrameworkJarsTest {
  @TempDir private Path directory;

  @Test
  void isNamedByContentOrderAndJavaBuild() throws IOException {
    Path a = Files.writeString(directory.resolve("a.jar"), "one");
    Path b = Files.writeString(directory.resolve("b.jar"), "two");
    String hash = new FrameworkJars(List.of(a, b)).contentHash("java 17");

    assertThat(hash).matches("[0-9a-f]{32}");
    assertThat(FrameworkJars.in(directory).contentHash("java 17")).isEqualTo(hash);
    assertThat(new FrameworkJars(List.of(b, a)).contentHash("java 17")).isNotEqualTo(hash);
    assertThat(new FrameworkJars(List.of(a, b)).contentHash("java 21")).isNotEqualTo(hash);

    Files.setLastModifiedTime(a, FileTime.fromMillis(1_000));
    assertThat(FrameworkJars.in(directory).contentHash("java 17")).isEqualTo(hash);
    Files.writeString(a, "eno");
    assertThat(FrameworkJars.in(directory).contentHash("java 17")).isNotEqualTo(hash);
  }

  @Test
  void noticesAChangedFileByItsTimeOrSize() throws IOException {
    Path a = Files.writeString(directory.resolve("a.jar"), "one");
    String before = FrameworkJars.in(directory).fingerprint("java 17");
    assertThat(FrameworkJars.in(directory).fingerprint("java 17")).isEqualTo(before);
    Files.setLastModifiedTime(a, FileTime.fromMillis(1_000));
    assertThat(FrameworkJars.in(directory).fingerprint("java 17")).isNotEqualTo(before);
  }

  @Test
  void saysWhereJarsWereExpected() {
    Path nowhere = directory.resolve("lib");
    assertThatThrownBy(() -> FrameworkJars.in(nowhere))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_JAR))
        .hasMessageContaining(nowhere.toString())
        .hasMessageContaining("MILLRACE_HOME");
  }
}
