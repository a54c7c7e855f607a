package org.millrace.am.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class ProgramJarTest {
  @TempDir private Path directory;

  /** A program; fails when it is run. */
  public static final class Program {
    static {
      if (Boolean.parseBoolean(System.getProperty("never", "true"))) {
        throw new IllegalStateException("a check runs nothing of the program");
      }
    }

    private Program() {}

    public static void main(String[] arguments) {
      throw new IllegalStateException("a check runs nothing of the program");
    }
  }

  /** No program. */
  public static final class Other {
    private Other() {}
  }

  @Test
  void findsTheProgramWithoutRunningIt() throws IOException {
    ProgramJar.check(jar(Program.class), Program.class.getName(), List.of());
  }

  @Test
  void saysThatAClassOrItsMainIsMissing() throws IOException {
    Path jar = jar(Other.class);
    fails(ErrorCode.NO_SUCH_CLASS, "org.example.Nope", () -> check(jar, "org.example.Nope"));
    fails(
        ErrorCode.NO_SUCH_CLASS,
        "has no public static void main",
        () -> check(jar, Other.class.getName()));
  }

  @Test
  void saysThatAJarIsMissingOrIsNone() throws IOException {
    fails(ErrorCode.NO_SUCH_JAR, "no.jar", () -> check(directory.resolve("no.jar"), "X"));
    Path text = Files.writeString(directory.resolve("text.jar"), "not a jar");
    fails(ErrorCode.NO_SUCH_JAR, "is not a jar", () -> check(text, "X"));
    Path jar = jar(Program.class);
    fails(
        ErrorCode.NO_SUCH_JAR,
        "more.jar",
        () -> ProgramJar.check(jar, "X", List.of(directory.resolve("more.jar"))));
  }

  private static void check(Path jar, String mainClass) {
    ProgramJar.check(jar, mainClass, List.of());
  }

  private static void fails(ErrorCode code, String message, ThrowingCallable check) {
    assertThatThrownBy(check)
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }

  private Path jar(Class<?> content) throws IOException {
    Path jar = directory.resolve("app.jar");
    String name = content.getName().replace('.', '/') + ".class";
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar));
        InputStream in =
            Objects.requireNonNull(content.getClassLoader().getResourceAsStream(name))) {
      zip.putNextEntry(new ZipEntry(name));
      in.transferTo(zip);
    }
    return jar;
  }
}
