package org.millrace.am.submit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApplicationStatusTest {
  @Test
  void tellsWhatADriverWroteLastWhenItDidNotStart() {
    ApplicationStatus status =
        failed(
            "Application application_1_0031 failed 1 times due to AM Container exited with"
                + "  exitCode: 127\nFailing this attempt.Diagnostics: [2026-11-21 08:54:34.795]Exception"
                + " from container-launch.\nExit code: 127\n\n[2026-11-21 08:54:34.798]Container"
                + " exited with a non-zero exit code 127. Error file: prelaunch.err.\nLast 4096 bytes"
                + " of prelaunch.err :\nLast 4096 bytes of stderr :\n/bin/bash: /opt/x/bin/java: No"
                + " such file\n\n\n[2026-11-21 08:54:34.798]Container exited with a non-zero exit"
                + " code 127. For more detailed output, check the page");
    assertThat(status.reason())
        .isEqualTo(
            "the driver's process ended with exit code 127: /bin/bash: /opt/x/bin/java: No such"
                + " file");
  }

  @Test
  void tellsOtherDiagnosticsAsTheyAreInOneLine() {
    assertThat(failed("the batch failed\n  because").reason())
        .isEqualTo("the batch failed because");
  }

  private static ApplicationStatus failed(String diagnostics) {
    return new ApplicationStatus(
        "application_1_0031", "x", "u", "q", "FAILED", "FAILED", 1, "", "", diagnostics, 1, 2);
  }
}
