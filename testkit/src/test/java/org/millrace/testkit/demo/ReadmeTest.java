package org.millrace.testkit.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path ROOT = Path.of("..");

  @Test
  void programOfTheReadmeIsTheExampleThatIsCompiled() throws Exception {
    String readme = Files.readString(ROOT.resolve("README.md"));
    String example =
        Files.readString(
            ROOT.resolve("examples/src/main/java/org/millrace/examples/NetworkWordCount.java"));
    int begin = readme.indexOf("```java\n") + "```java\n".length();
    String program = readme.substring(begin, readme.indexOf("```", begin));

    assertThat(program).startsWith("public final class NetworkWordCount {");
    assertThat(example).endsWith(program);
  }
}
