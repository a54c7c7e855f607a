package org.millrace.runner.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The secret of one application: 256 random bits that its driver and executors share. Immutable and
 * thread-safe. It never prints what it holds.
 */
public final class Credential {

  /** Name under which the secret lies in the credentials of a container. */
  public static final String ALIAS = "millrace.application.secret";

  /** Length of a secret. */
  public static final int SIZE_BYTES = 32;

  /** Length of the nonce of a sealed message. */
  public static final int NONCE_BYTES = 12;

  private static final int TAG_BITS = 128;
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private Credential(byte[] secret) {
    key = new SecretKeySpec(secret, ALGORITHM);
  }

  /**
   * The credential with this secret, which is copied.
   *
   * @throws MillraceException AUTHENTICATION_FAILED when there are not exactly 32 bytes
   */
  public static Credential of(byte[] secret) {
    Objects.requireNonNull(secret, "secret");
    if (secret.length != SIZE_BYTES) {
      throw new MillraceException(
          ErrorCode.AUTHENTICATION_FAILED,
          "The application's secret has %d bytes, expected %d; submit the application again"
              .formatted(secret.length, SIZE_BYTES));
    }
    return new Credential(secret);
  }

  /** A copy of the secret, for the credentials of a container and nothing else. */
  public byte[] secret() {
    return key.getEncoded();
  }

  /** HMAC-SHA256 over the role, both nonces and the name of the client. */
  byte[] sign(String role, byte[] clientNonce, byte[] serverNonce, byte[] clientName) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(role.getBytes(StandardCharsets.US_ASCII));
      mac.update(clientNonce);
      mac.update(serverNonce);
      mac.update(ByteBuffer.wrap(clientName));
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "This Java has no %s; use another JDK".formatted(ALGORITHM), e);
    }
  }

  /**
   * Encrypts and signs what only holders of the secret may read and write (AES-256-GCM with a key
   * derived from the secret).
   *
   * @param nonce of {@link #NONCE_BYTES} random bytes, never used again
   */
  public byte[] seal(byte[] plain, byte[] nonce) {
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(plain);
      return ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "This Java cannot encrypt with AES/GCM; use another JDK", e);
    }
  }

  /**
   * Opens what {@link #seal} made.
   *
   * @throws MillraceException AUTHENTICATION_FAILED when it was made with another secret or changed
   */
  public byte[] open(byte[] sealed) {
    try {
      if (sealed.length < NONCE_BYTES + TAG_BITS / Byte.SIZE) {
        throw new GeneralSecurityException("only " + sealed.length + " bytes");
      }
      return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE_BYTES))
          .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
    } catch (GeneralSecurityException e) {
      throw new MillraceException(
          ErrorCode.AUTHENTICATION_FAILED,
          "A sealed message was not made with this application's secret, or was changed",
          e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(ALGORITHM);
    mac.init(key);
    byte[] derived = mac.doFinal("seal".getBytes(StandardCharsets.US_ASCII));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(derived, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    return cipher;
  }

  @Override
  public String toString() {
    return "Credential[hidden]";
  }
}
