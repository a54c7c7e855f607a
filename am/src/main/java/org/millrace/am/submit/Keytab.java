package org.millrace.am.submit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;

/**
 * With what an application proves who it is for as long as it runs. Immutable.
 *
 * @param principal a Kerberos name
 * @param file its keytab on this machine
 */
public record Keytab(String principal, Path file) {
  public Keytab {
    Objects.requireNonNull(principal, "principal");
    Objects.requireNonNull(file, "file");
  }

  /**
   * The keytab that the settings name; empty when they name none.
   *
   * @throws MillraceException INVALID_CONFIGURATION_VALUE when only one of the two keys is set,
   *     NO_SUCH_PATH when the file cannot be read
   */
  public static Optional<Keytab> of(Settings settings) {
    Optional<String> principal = settings.find(Keys.YARN_PRINCIPAL);
    Optional<String> file = settings.find(Keys.YARN_KEYTAB);
    if (principal.isPresent() != file.isPresent()) {
      throw new MillraceException(
          ErrorCode.INVALID_CONFIGURATION_VALUE,
          "%s is set and %s is not; a principal and its keytab go together (--principal --keytab)"
              .formatted(
                  (principal.isPresent() ? Keys.YARN_PRINCIPAL : Keys.YARN_KEYTAB).name(),
                  (principal.isPresent() ? Keys.YARN_KEYTAB : Keys.YARN_PRINCIPAL).name()));
    }
    if (principal.isEmpty()) {
      return Optional.empty();
    }
    Path path = Path.of(file.get());
    if (!Files.isReadable(path)) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_PATH,
          "The keytab %s (%s) cannot be read; give a file that %s may read"
              .formatted(path, Keys.YARN_KEYTAB.name(), System.getProperty("user.name")));
    }
    return Optional.of(new Keytab(principal.get(), path));
  }
}
