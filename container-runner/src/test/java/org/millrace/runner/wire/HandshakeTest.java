package org.millrace.runner.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class HandshakeTest {
  private static final int HELLO_BYTES = 4 + 1 + 32 + 1;

  private final Credential credential = Credential.of(bytes(1, 32));
  private final byte[] clientNonce = bytes(2, 32);
  private final byte[] serverNonce = bytes(3, 32);
  private final Handshake client = Handshake.client(credential, "executor-3", clientNonce);
  private final Handshake server = Handshake.server(credential, serverNonce);

  private static byte[] bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] say(Handshake to, byte[] bytes) {
    return to.onBytes(ByteBuffer.wrap(bytes));
  }

  private static void assertFails(ErrorCode code, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void provesBothSidesToEachOther() {
    byte[] challenge = say(server, client.opening());
    byte[] proof = say(client, challenge);
    assertThat(server.isDone()).isFalse();
    byte[] ok = say(server, proof);
    assertThat(say(client, ok)).isEmpty();

    assertThat(client.isDone()).isTrue();
    assertThat(server.isDone()).isTrue();
    assertThat(server.clientName()).isEqualTo("executor-3");
    assertThat(server.opening()).isEmpty();
  }

  @Test
  void takesOneByteAtATime() {
    byte[] toServer = client.opening();
    byte[] toClient = new byte[0];
    while (!client.isDone() || !server.isDone()) {
      byte[] answer = new byte[0];
      for (byte b : toServer) {
        byte[] part = say(server, new byte[] {b});
        answer = part.length > 0 ? part : answer;
      }
      toClient = answer;
      answer = new byte[0];
      for (byte b : toClient) {
        byte[] part = say(client, new byte[] {b});
        answer = part.length > 0 ? part : answer;
      }
      toServer = answer;
    }

    assertThat(server.clientName()).isEqualTo("executor-3");
    assertThat(toClient).hasSize(1);
  }

  @Test
  void leavesTheBytesOfTheFirstFrameAlone() {
    byte[] proof = say(client, say(server, client.opening()));
    ByteBuffer proofAndFrame = ByteBuffer.allocate(proof.length + 5).put(proof).putInt(7).flip();

    byte[] ok = server.onBytes(proofAndFrame);

    assertThat(ok).hasSize(1);
    assertThat(proofAndFrame.getInt()).isEqualTo(7);
  }

  @Test
  void clientRefusesAServerWithAnotherSecret() {
    Handshake stranger = Handshake.server(Credential.of(bytes(9, 32)), serverNonce);
    byte[] challenge = say(stranger, client.opening());

    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> say(client, challenge));
    assertThat(client.isDone()).isFalse();
  }

  @Test
  void serverRefusesAClientWithAnotherSecret() {
    Credential other = Credential.of(bytes(9, 32));
    Handshake stranger = Handshake.client(other, "executor-3", clientNonce);
    say(server, stranger.opening());
    byte[] name = "executor-3".getBytes(StandardCharsets.US_ASCII);
    byte[] proof = other.sign("client", clientNonce, serverNonce, name);

    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> say(server, proof));
  }

  @Test
  void proofOfAnEarlierConnectionIsWorthNothing() {
    byte[] opening = client.opening();
    byte[] proof = say(client, say(server, opening));
    say(server, proof);
    Handshake next = Handshake.server(credential, bytes(4, 32));

    say(next, opening);

    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> say(next, proof));
  }

  @Test
  void challengeOfAnEarlierConnectionIsWorthNothing() {
    byte[] challenge = say(server, client.opening());
    Handshake next = Handshake.client(credential, "executor-3", bytes(5, 32));
    next.opening();

    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> say(next, challenge));
  }

  @Test
  void aServersOwnProofIsNoProofOfAClient() {
    byte[] challenge = say(server, client.opening());
    byte[] echoed = Arrays.copyOfRange(challenge, 32, 64);

    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> say(server, echoed));
  }

  @Test
  void aProofIsBoundToTheName() {
    Handshake other = Handshake.client(credential, "executor-4", clientNonce);
    byte[] challenge = say(server, other.opening());

    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> say(client, challenge));
  }

  @Test
  void twoClientsDoNotAuthenticateEachOther() {
    Handshake other = Handshake.client(credential, "executor-4", bytes(6, 32));
    byte[] opening = other.opening();
    byte[] filled = Arrays.copyOf(opening, 64);

    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> say(client, filled));
  }

  @ParameterizedTest
  @ValueSource(strings = {"G", "GET / HTTP/1.1\r\n", "MILK", "mill"})
  void refusesAnotherProtocolAtItsFirstWrongByte(String text) {
    assertFails(
        ErrorCode.PROTOCOL_VIOLATION, () -> say(server, text.getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void refusesAnotherVersion() {
    byte[] opening = client.opening();
    opening[4]++;

    assertFails(ErrorCode.PROTOCOL_VIOLATION, () -> say(server, opening));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 129, 255})
  void refusesANameOfThisLengthBeforeItTakesIt(int length) {
    byte[] opening = Arrays.copyOf(client.opening(), HELLO_BYTES);
    opening[HELLO_BYTES - 1] = (byte) length;

    assertFails(ErrorCode.PROTOCOL_VIOLATION, () -> say(server, opening));
  }

  @Test
  void refusesANameThatIsNotPrintable() {
    byte[] opening = client.opening();
    opening[HELLO_BYTES] = '\n';

    assertFails(ErrorCode.PROTOCOL_VIOLATION, () -> say(server, opening));
  }

  @Test
  void refusesAnythingButTheLastByte() {
    byte[] proof = say(client, say(server, client.opening()));
    assertThat(proof).hasSize(32);

    assertFails(ErrorCode.PROTOCOL_VIOLATION, () -> say(client, new byte[] {2}));
  }

  @Test
  void staysFailed() {
    assertFails(ErrorCode.PROTOCOL_VIOLATION, () -> say(server, new byte[] {'X'}));

    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> say(server, client.opening()));
    assertThat(server.isDone()).isFalse();
  }

  @Test
  void failsOnSilence() {
    assertThat(server.heardAnything()).isFalse();

    MillraceException why = server.onSilence("it was silent for 5000 ms");

    assertThat(why.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> say(server, client.opening()));
  }

  @Test
  void doesNotTellTheNameOfAClientBeforeItWasProved() {
    say(server, client.opening());

    assertThatThrownBy(server::clientName).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aCredentialNeverPrintsItsSecret() {
    byte[] secret = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    assertThat(Credential.of(secret).toString()).isEqualTo("Credential[hidden]");
    assertFails(ErrorCode.AUTHENTICATION_FAILED, () -> Credential.of(new byte[31]));
  }

  /** Any bytes to either side at any stage: a typed failure, or waiting for more; never done. */
  @Test
  void survivesRandomAndMutatedInput() {
    long seed = Long.getLong("org.millrace.fuzz.seed", 20_261_121L);
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      Handshake target = random.nextBoolean() ? clientAtAnyStage(random) : serverAtAnyStage(random);
      if (target.isDone()) {
        continue;
      }
      byte[] input = bytes(random.nextLong(), 1 + random.nextInt(300));
      if (random.nextBoolean()) {
        byte[] opening = client.opening();
        opening[random.nextInt(opening.length)] ^= (byte) (1 << random.nextInt(8));
        System.arraycopy(opening, 0, input, 0, Math.min(input.length, opening.length));
      }
      try {
        say(target, input);
      } catch (MillraceException expected) {
        assertThat(expected.code())
            .as("seed %d, round %d", seed, i)
            .isIn(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.AUTHENTICATION_FAILED);
      }
      assertThat(target.isDone()).as("seed %d, round %d", seed, i).isFalse();
    }
  }

  private Handshake serverAtAnyStage(Random random) {
    Handshake target = Handshake.server(credential, bytes(random.nextLong(), 32));
    if (random.nextBoolean()) {
      say(target, client.opening());
    }
    return target;
  }

  private Handshake clientAtAnyStage(Random random) {
    return Handshake.client(credential, "executor-5", bytes(random.nextLong(), 32));
  }
}
