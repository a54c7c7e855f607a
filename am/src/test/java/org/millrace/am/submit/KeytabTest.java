package org.millrace.am.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;

class KeytabTest {
  @TempDir private Path folder;

  @Test
  void isThePrincipalAndItsFile() throws Exception {
    Path file = Files.createFile(folder.resolve("k"));

    assertThat(Keytab.of(settings("alice@LAB", file.toString())))
        .contains(new Keytab("alice@LAB", file));
    assertThat(Keytab.of(Settings.resolve())).isEmpty();
  }

  @Test
  void principalAndKeytabGoTogether() {
    assertRefused(
        Settings.resolve(Map.of(Keys.YARN_PRINCIPAL.name(), "alice")),
        ErrorCode.INVALID_CONFIGURATION_VALUE,
        "millrace.yarn.principal is set and millrace.yarn.keytab is not");
    assertRefused(
        Settings.resolve(Map.of(Keys.YARN_KEYTAB.name(), "k")),
        ErrorCode.INVALID_CONFIGURATION_VALUE,
        "millrace.yarn.keytab is set and millrace.yarn.principal is not");
  }

  @Test
  void theFileIsLookedAtBeforeAnythingIsUploaded() {
    assertRefused(
        settings("alice", folder.resolve("nowhere").toString()),
        ErrorCode.NO_SUCH_PATH,
        "nowhere (millrace.yarn.keytab) cannot be read");
  }

  private static Settings settings(String principal, String file) {
    return Settings.resolve(
        Map.of(Keys.YARN_PRINCIPAL.name(), principal, Keys.YARN_KEYTAB.name(), file));
  }

  private static void assertRefused(Settings settings, ErrorCode code, String message) {
    assertThatThrownBy(() -> Keytab.of(settings))
        .isInstanceOfSatisfying(
            MillraceException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(code);
              assertThat(refused).hasMessageContaining(message);
            });
  }
}
