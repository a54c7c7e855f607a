package org.millrace.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartTest {
  @Test
  void knowsWhichJavaIsNewEnough() {
    assertThat(Start.isNewEnough("1.8")).isFalse();
    assertThat(Start.isNewEnough("11")).isFalse();
    assertThat(Start.isNewEnough("17")).isTrue();
    assertThat(Start.isNewEnough("25")).isTrue();
  }

  @Test
  void saysWhichJavaWasFoundAndWhatToDo() {
    assertThat(Start.tooOld("1.8", "/opt/jdk8"))
        .contains("/opt/jdk8 is Java 1.8")
        .contains("--java-home");
  }
}
