package org.millrace.runner.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class CredentialTest {
  private static final byte[] PLAIN = "a token".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NONCE = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

  private final Credential credential = Credential.of(secret(1));

  @Test
  void opensWhatItSealedAndShowsNothingOfIt() {
    byte[] sealed = credential.seal(PLAIN, NONCE);

    assertThat(credential.open(sealed)).isEqualTo(PLAIN);
    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("token");
  }

  @Test
  void refusesWhatWasChangedCutOrSealedWithAnotherSecret() {
    byte[] sealed = credential.seal(PLAIN, NONCE);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertRefused(credential, changed);
      assertRefused(credential, Arrays.copyOf(sealed, i));
    }
    assertRefused(Credential.of(secret(2)), sealed);
  }

  private static void assertRefused(Credential credential, byte[] sealed) {
    assertThatThrownBy(() -> credential.open(sealed))
        .isInstanceOfSatisfying(
            MillraceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED));
  }

  private static byte[] secret(int fill) {
    byte[] secret = new byte[Credential.SIZE_BYTES];
    Arrays.fill(secret, (byte) fill);
    return secret;
  }
}
