package org.millrace.runner.executor.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.ErrorKind;
import org.millrace.api.error.MillraceException;

class UserClassLoaderTest {
  private final ClassLoader framework = UserClassLoaderTest.class.getClassLoader();

  @TempDir private Path jar;

  /** A program whose jar carries its own copy of everything that the framework has as well. */
  @BeforeEach
  void fillJar() throws IOException {
    copy(ByteString.class);
    copy(ErrorKind.class);
    copy(UserClassLoaderTest.class);
    Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(jar.resolve("META-INF/services/some.Service"), "program");
    Files.writeString(jar.resolve("log4j.properties"), "program");
  }

  private void copy(Class<?> type) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    Path target = jar.resolve(name);
    Files.createDirectories(target.getParent());
    try (InputStream bytes = framework.getResourceAsStream(name)) {
      Files.copy(bytes, target);
    }
  }

  private UserClassLoader loader() {
    return UserClassLoader.over(List.of(jar), framework);
  }

  @Test
  void theProgramsOwnLibraryWins() throws Exception {
    try (UserClassLoader loader = loader()) {
      Class<?> own = loader.loadClass(ByteString.class.getName());

      assertThat(own.getClassLoader()).isSameAs(loader);
      assertThat(own).isNotSameAs(ByteString.class);
    }
  }

  @Test
  void theApiAndTheEngineAreShared() throws Exception {
    try (UserClassLoader loader = loader()) {
      assertThat(loader.loadClass(ErrorKind.class.getName())).isSameAs(ErrorKind.class);
      assertThat(loader.loadClass(UserClassLoaderTest.class.getName()))
          .isSameAs(UserClassLoaderTest.class);
    }
  }

  @Test
  void classesOfTheJdkAreShared() throws Exception {
    try (UserClassLoader loader = loader()) {
      assertThat(loader.loadClass("java.util.List")).isSameAs(List.class);
      assertThat(loader.loadClass("javax.crypto.Mac").getName()).isEqualTo("javax.crypto.Mac");
    }
  }

  @Test
  void whatTheProgramDoesNotHaveComesFromTheFramework() throws Exception {
    try (UserClassLoader loader = loader()) {
      String name = "com.google.protobuf.CodedInputStream";

      assertThat(loader.loadClass(name)).isSameAs(framework.loadClass(name));
    }
  }

  @Test
  void failsForAClassThatNobodyHas() throws Exception {
    try (UserClassLoader loader = loader()) {
      assertThatThrownBy(() -> loader.loadClass("no.such.Thing"))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }

  @Test
  void findsItsOwnResourcesFirst() throws Exception {
    try (UserClassLoader loader = loader()) {
      assertThat(text(loader.getResource("META-INF/services/some.Service"))).isEqualTo("program");
      List<URL> all = Collections.list(loader.getResources("log4j.properties"));
      assertThat(text(all.get(0))).isEqualTo("program");
      String shared = UserClassLoaderTest.class.getName().replace('.', '/') + ".class";
      assertThat(Collections.list(loader.getResources(shared))).hasSize(2);
      assertThat(loader.getResource("no-such-resource")).isNull();
    }
  }

  private static String text(URL url) throws IOException {
    try (InputStream stream = url.openStream()) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void namesAJarThatDoesNotExist() {
    assertThatThrownBy(() -> UserClassLoader.over(List.of(jar.resolve("missing.jar")), framework))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_JAR);
              assertThat(e.getMessage()).contains("missing.jar");
            });
  }
}
