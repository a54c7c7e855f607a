package org.millrace.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  @Test
  void numbersAreUniqueAndSayTheKind() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::number)).doesNotHaveDuplicates();
    assertThat(ErrorCode.values())
        .allSatisfy(
            code ->
                assertThat(code.number() / 1000)
                    .isEqualTo(
                        switch (code.kind()) {
                          case USER -> 1;
                          case EXTERNAL -> 2;
                          case RESOURCE -> 3;
                          case INTERNAL -> 9;
                        }));
  }

  @Test
  void whatIsWrongInTheProgramIsNotRetried() {
    assertThat(ErrorCode.values())
        .filteredOn(code -> code.kind() == ErrorKind.USER || code.kind() == ErrorKind.INTERNAL)
        .noneMatch(ErrorCode::isRetryable);
  }

  @Test
  void anExceptionCarriesCodeMessageAndCause() {
    Exception cause = new Exception("below");
    MillraceException e = new MillraceException(ErrorCode.FENCED, "sealed by epoch 7", cause);

    assertThat(e.code()).isEqualTo(ErrorCode.FENCED);
    assertThat(e).hasMessage("sealed by epoch 7").hasCause(cause);
  }
}
