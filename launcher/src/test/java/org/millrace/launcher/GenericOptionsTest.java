package org.millrace.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GenericOptionsTest {
  @Test
  void saysThemInOurWordsUpToTheFirstArgument() {
    GenericOptions options =
        parse("-D", "a=1", "-Db=2", "-files", "x,y", "-libjars", "j", "localhost", "-archives");
    assertThat(options.isValid()).isTrue();
    assertThat(options.commandLine())
        .containsExactly("--conf", "a=1", "--conf", "b=2", "--files", "x,y", "--jars", "j");
    assertThat(options.rest()).containsExactly("localhost", "-archives");
  }

  @Test
  void endsAtTwoDashes() {
    assertThat(parse("-conf", "c.xml", "--", "-D").rest()).containsExactly("-D");
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(parse("-nope", "1").problem()).contains("no such option: -nope");
    assertThat(parse("-D").problem()).contains("-D needs a value");
  }

  private static GenericOptions parse(String... arguments) {
    return GenericOptions.parse(arguments);
  }
}
