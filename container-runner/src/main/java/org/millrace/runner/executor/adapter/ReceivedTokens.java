package org.millrace.runner.executor.adapter;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.Credential;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives tokens that the driver sends to the user of this process, in the place of older ones for
 * the same services; Hadoop's clients take them with their next connection. Thread-safe.
 */
final class ReceivedTokens implements Consumer<byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(ReceivedTokens.class);

  private final Credential credential;

  ReceivedTokens(Credential credential) {
    this.credential = Objects.requireNonNull(credential, "credential");
  }

  @Override
  public void accept(byte[] sealed) {
    try (DataInputStream storage =
        new DataInputStream(new ByteArrayInputStream(credential.open(sealed)))) {
      Credentials tokens = new Credentials();
      tokens.readTokenStorageStream(storage);
      UserGroupInformation.getCurrentUser().addCredentials(tokens);
      LOG.info("{} fresh tokens came from the driver", tokens.numberOfTokens());
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION, "The tokens that the driver sent cannot be read", e);
    }
  }
}
