package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerClasspathTest {
  @TempDir private Path temporary;
  private Path one;
  private Path two;

  @BeforeEach
  void makeJars() throws IOException {
    one = Files.createFile(temporary.resolve("one.jar"));
    two = Files.createFile(temporary.resolve("two.jar"));
  }

  private static ServerClasspath find(
      Map<String, String> properties, Map<String, String> environment, Path codeLocation) {
    return ServerClasspath.find(
        properties::get, environment::get, Optional.ofNullable(codeLocation));
  }

  private Path listIn(Path checkout) throws IOException {
    Path target = Files.createDirectories(checkout.resolve("testkit/servers/target"));
    return Files.writeString(
        target.resolve("lab.classpath"), one + File.pathSeparator + two + "\n");
  }

  @Test
  void theFileThatIsNamedComesFirst() throws IOException {
    listIn(temporary);
    Path named = Files.writeString(temporary.resolve("named"), two.toString());

    ServerClasspath found =
        find(
            Map.of("org.millrace.checkout", temporary.toString()),
            Map.of("MILLRACE_LAB_CLASSPATH", named.toString()),
            null);

    assertThat(found.jars()).containsExactly(two);
  }

  @Test
  void isFoundInTheCheckoutAboveTheCode() throws IOException {
    listIn(temporary);

    ServerClasspath found =
        find(Map.of(), Map.of(), temporary.resolve("testkit").resolve("target").resolve("classes"));

    assertThat(found.jars()).containsExactly(one, two);
  }

  @Test
  void saysHowToMakeItWhenThereIsNone() {
    assertThatThrownBy(
            () -> find(Map.of("org.millrace.checkout", temporary.toString()), Map.of(), null))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("mvn -q -pl testkit/servers");
  }

  @Test
  void namesAJarThatVanished() throws IOException {
    Path list = listIn(temporary);
    Files.delete(two);

    assertThatThrownBy(
            () -> find(Map.of("org.millrace.lab.classpath", list.toString()), Map.of(), null))
        .isInstanceOf(LabException.class)
        .hasMessageContaining(two.toString());
  }
}
