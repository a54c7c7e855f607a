package org.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ExampleDriverTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) throws Exception {
    return ExampleDriver.run(args, new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void listsTheExamplesWhenNoneIsNamed() throws Exception {
    assertThat(run()).isEqualTo(2);
    assertThat(errors())
        .startsWith("No example is named")
        .contains("network-word-count", "hdfs-word-count", "custom-receiver", "queue-stream");
  }

  @Test
  void listsTheExamplesWhenTheNameIsWrong() throws Exception {
    assertThat(run("word-count")).isEqualTo(2);
    assertThat(errors()).startsWith("There is no example 'word-count'").contains("queue-stream");
  }

  @Test
  void saysWhatAnExampleTakes() throws Exception {
    assertThat(run("network-word-count", "localhost")).isEqualTo(2);
    assertThat(errors())
        .isEqualToIgnoringNewLines(
            "1 arguments for an example that takes 2; usage: network-word-count <hostname> <port>");
  }

  @Test
  void refusesWhatIsNoPort() throws Exception {
    assertThat(run("custom-receiver", "localhost", "http")).isEqualTo(2);
    assertThat(errors()).contains("'http' is not a port");
  }

  @Test
  void failsWithOneLineWhenThereIsNoMaster() throws Exception {
    assertThat(run("queue-stream")).isEqualTo(1);
    assertThat(errors().lines()).hasSize(1).first().asString().contains("millrace.master");
  }

  @Test
  void knowsTheProgramOfAName() {
    assertThat(ExampleDriver.programOf("hdfs-word-count")).isEqualTo(HdfsWordCount.class.getName());
    assertThat(ExampleDriver.programOf("none")).isNull();
  }
}
