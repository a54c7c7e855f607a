package org.millrace.am.submit.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TrainingClassesTest {
  @Test
  void areAllInTheVersionOfHadoopThatIsShipped() throws IOException {
    assertThat(TrainingClasses.names()).hasSizeGreaterThan(100);
    assertThat(TrainingClasses.load()).isEmpty();
  }
}
