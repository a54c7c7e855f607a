package org.millrace.am.yarn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.yarn.security.AMRMTokenIdentifier;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** The credentials with which YARN started the master, and those that came after. Thread-safe. */
final class MasterCredentials {
  private final byte[] secret;

  /** Volatile: replaced as a whole when there are fresh tokens. */
  private volatile byte[] executorTokens;

  private MasterCredentials(byte[] secret, byte[] executorTokens) {
    this.secret = secret.clone();
    this.executorTokens = executorTokens;
  }

  /** Those of the user that this process runs as. */
  static MasterCredentials ofThisProcess() {
    try {
      return of(UserGroupInformation.getCurrentUser().getCredentials());
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "The credentials of the application master cannot be read", e);
    }
  }

  static MasterCredentials of(Credentials credentials) throws IOException {
    byte[] secret = credentials.getSecretKey(new Text(ContainerLayout.SECRET));
    if (secret == null) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "The credentials of the application master hold no " + ContainerLayout.SECRET);
    }
    return new MasterCredentials(secret, forExecutors(secret, credentials));
  }

  private static byte[] forExecutors(byte[] secret, Credentials credentials) throws IOException {
    Credentials forExecutors = new Credentials();
    forExecutors.addSecretKey(new Text(ContainerLayout.SECRET), secret);
    for (Text alias : credentials.getTokenMap().keySet()) {
      Token<?> token = credentials.getToken(alias);
      if (!token.getKind().equals(AMRMTokenIdentifier.KIND_NAME)) {
        forExecutors.addToken(alias, token);
      }
    }
    return storage(forExecutors);
  }

  /** Credentials in the form in which Hadoop stores them. */
  static byte[] storage(Credentials credentials) throws IOException {
    try (DataOutputBuffer bytes = new DataOutputBuffer()) {
      credentials.writeTokenStorageToStream(bytes);
      return Arrays.copyOf(bytes.getData(), bytes.getLength());
    }
  }

  /** Executors that are launched from now on get these instead of the tokens before. */
  void onFreshTokens(Credentials tokens) throws IOException {
    executorTokens = forExecutors(secret, tokens);
  }

  /** The application's secret, a fresh copy. */
  byte[] secret() {
    return secret.clone();
  }

  /** What executors may know, in the form of a launch context. */
  ByteBuffer executorTokens() {
    return ByteBuffer.wrap(executorTokens).asReadOnlyBuffer();
  }
}
