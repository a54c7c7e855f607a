package org.millrace.runner.executor.adapter;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.Credential;

/**
 * Finds the application's secret: in the container's credentials, whose file the NodeManager names
 * in {@code HADOOP_TOKEN_FILE_LOCATION}, else in the file that {@code MILLRACE_SECRET_FILE} names.
 */
final class ApplicationSecret {

  private static final String TOKEN_FILE = "HADOOP_TOKEN_FILE_LOCATION";
  private static final String SECRET_FILE = "MILLRACE_SECRET_FILE";

  private ApplicationSecret() {}

  /**
   * @throws MillraceException AUTHENTICATION_FAILED when there is none
   */
  static Credential read(Map<String, String> environment) {
    try {
      String tokenFile = environment.get(TOKEN_FILE);
      if (tokenFile != null) {
        byte[] secret =
            Credentials.readTokenStorageFile(new File(tokenFile), new Configuration(false))
                .getSecretKey(new Text(Credential.ALIAS));
        if (secret != null) {
          return Credential.of(secret);
        }
      }
      String secretFile = environment.get(SECRET_FILE);
      if (secretFile != null) {
        return Credential.of(Files.readAllBytes(Path.of(secretFile)));
      }
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.AUTHENTICATION_FAILED,
          "Cannot read the credentials of this container: " + e.getMessage(),
          e);
    }
    throw new MillraceException(
        ErrorCode.AUTHENTICATION_FAILED,
        "This container has no '%s': neither %s nor %s leads to it; executors are started by the driver"
            .formatted(Credential.ALIAS, TOKEN_FILE, SECRET_FILE));
  }
}
