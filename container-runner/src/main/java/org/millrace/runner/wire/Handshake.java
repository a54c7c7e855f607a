package org.millrace.runner.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * One side of the mutual authentication that comes before the first frame. Not thread-safe: belongs
 * to the thread of its connection.
 *
 * <pre>
 *  client -> server   "MILL" | version (1) | nonce C (32) | name length (1) | name of the client
 *  server -> client   nonce S (32) | HMAC(secret, "server" C S name) (32)
 *  client -> server   HMAC(secret, "client" C S name) (32)
 *  server -> client   1
 * </pre>
 *
 * <pre>
 *  SERVER_HELLO --hello--> SERVER_PROOF --right proof--> DONE
 *  CLIENT_CHALLENGE --right proof--> CLIENT_OK --1--> DONE
 *  any but DONE --anything else, or silence--> FAILED
 * </pre>
 *
 * <p>Both sides add a nonce to what is signed, so nothing said on one connection is worth anything
 * on another, and the roles are signed, so nothing can be said back to its author. A failed
 * handshake stays failed and sends nothing more.
 */
public final class Handshake {

  /** Bytes of a nonce. */
  public static final int NONCE_BYTES = 32;

  /** The longest name. */
  public static final int MAX_NAME_BYTES = 128;

  static final byte VERSION = 1;
  static final byte OK = 1;
  private static final byte[] MAGIC = "MILL".getBytes(StandardCharsets.US_ASCII);
  private static final int PROOF_BYTES = 32;
  private static final int HELLO_FIXED_BYTES = MAGIC.length + 1 + NONCE_BYTES + 1;

  private enum State {
    SERVER_HELLO,
    SERVER_PROOF,
    CLIENT_CHALLENGE,
    CLIENT_OK,
    DONE,
    FAILED
  }

  private final Credential credential;
  private final byte[] ownNonce;
  private byte[] clientNonce;
  private byte[] serverNonce;
  private byte[] clientName;
  private State state;

  /** What is awaited next, filled from the front; its capacity is the bound of what is taken. */
  private ByteBuffer awaited;

  private Handshake(Credential credential, byte[] nonce) {
    this.credential = Objects.requireNonNull(credential, "credential");
    if (nonce.length != NONCE_BYTES) {
      throw new IllegalArgumentException(
          "nonce has " + nonce.length + " bytes, expected " + NONCE_BYTES);
    }
    ownNonce = nonce.clone();
  }

  /** The side that connected, under the name by which the other side will know it. */
  public static Handshake client(Credential credential, String name, byte[] nonce) {
    Handshake handshake = new Handshake(credential, nonce);
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    if (!isName(bytes)) {
      throw new IllegalArgumentException(
          "name is '%s', expected 1 to %d letters, digits, '-', '_' and '.'"
              .formatted(name, MAX_NAME_BYTES));
    }
    handshake.clientNonce = handshake.ownNonce;
    handshake.clientName = bytes;
    handshake.await(State.CLIENT_CHALLENGE, NONCE_BYTES + PROOF_BYTES);
    return handshake;
  }

  /** The side that accepted. */
  public static Handshake server(Credential credential, byte[] nonce) {
    Handshake handshake = new Handshake(credential, nonce);
    handshake.serverNonce = handshake.ownNonce;
    handshake.await(State.SERVER_HELLO, HELLO_FIXED_BYTES);
    return handshake;
  }

  /** What this side says before it has heard anything; empty for a server. */
  public byte[] opening() {
    if (state != State.CLIENT_CHALLENGE) {
      return new byte[0];
    }
    return ByteBuffer.allocate(HELLO_FIXED_BYTES + clientName.length)
        .put(MAGIC)
        .put(VERSION)
        .put(clientNonce)
        .put((byte) clientName.length)
        .put(clientName)
        .array();
  }

  /**
   * Takes bytes of the other side and returns what to send now, often nothing. Bytes that remain in
   * {@code input} when the handshake is done belong to the first frame.
   *
   * @throws MillraceException PROTOCOL_VIOLATION when the other side does not speak this protocol,
   *     AUTHENTICATION_FAILED when it does not know the secret; the connection is to be closed
   */
  public byte[] onBytes(ByteBuffer input) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream(NONCE_BYTES + PROOF_BYTES);
    while (input.hasRemaining() && state != State.DONE) {
      if (state == State.FAILED) {
        throw refused(ErrorCode.AUTHENTICATION_FAILED, "the handshake has failed before");
      }
      fill(input);
      if (state == State.SERVER_HELLO) {
        checkBeginning();
      }
      if (!awaited.hasRemaining()) {
        answer.writeBytes(transition());
      }
    }
    return answer.toByteArray();
  }

  /**
   * The other side was silent for too long, or hung up.
   *
   * @return why the connection is to be closed
   */
  public MillraceException onSilence(String what) {
    return refused(ErrorCode.AUTHENTICATION_FAILED, what);
  }

  public boolean isDone() {
    return state == State.DONE;
  }

  /** Whether the other side said anything. */
  public boolean heardAnything() {
    return (state != State.SERVER_HELLO && state != State.CLIENT_CHALLENGE)
        || awaited.position() > 0;
  }

  /** The client's name; a server may believe it once the handshake is done. */
  public String clientName() {
    if (clientName == null || (state != State.DONE && serverNonce == ownNonce)) {
      throw new IllegalStateException("The client's name is not known before it proved it");
    }
    return new String(clientName, StandardCharsets.US_ASCII);
  }

  private byte[] transition() {
    byte[] heard = awaited.array();
    switch (state) {
      case SERVER_HELLO:
        return onHello(heard);
      case SERVER_PROOF:
        checkProof("client", heard);
        state = State.DONE;
        return new byte[] {OK};
      case CLIENT_CHALLENGE:
        serverNonce = Arrays.copyOfRange(heard, 0, NONCE_BYTES);
        checkProof("server", Arrays.copyOfRange(heard, NONCE_BYTES, heard.length));
        await(State.CLIENT_OK, 1);
        return proof("client");
      case CLIENT_OK:
        if (heard[0] != OK) {
          throw refused(ErrorCode.PROTOCOL_VIOLATION, "the server answered " + heard[0]);
        }
        state = State.DONE;
        return new byte[0];
      default:
        throw new IllegalStateException("Nothing is awaited in state " + state);
    }
  }

  private byte[] onHello(byte[] hello) {
    int nameBytes = hello[HELLO_FIXED_BYTES - 1] & 0xff;
    if (hello.length == HELLO_FIXED_BYTES) {
      if (nameBytes == 0 || nameBytes > MAX_NAME_BYTES) {
        throw refused(
            ErrorCode.PROTOCOL_VIOLATION,
            "its name has %d bytes, expected 1 to %d".formatted(nameBytes, MAX_NAME_BYTES));
      }
      await(State.SERVER_HELLO, HELLO_FIXED_BYTES + nameBytes);
      awaited.put(hello);
      return new byte[0];
    }
    clientNonce = Arrays.copyOfRange(hello, MAGIC.length + 1, MAGIC.length + 1 + NONCE_BYTES);
    clientName = Arrays.copyOfRange(hello, HELLO_FIXED_BYTES, hello.length);
    if (!isName(clientName)) {
      throw refused(ErrorCode.PROTOCOL_VIOLATION, "its name is not printable");
    }
    await(State.SERVER_PROOF, PROOF_BYTES);
    return ByteBuffer.allocate(NONCE_BYTES + PROOF_BYTES)
        .put(serverNonce)
        .put(proof("server"))
        .array();
  }

  /** Refuses a stranger at its first wrong byte: it may never send as many as a greeting has. */
  private void checkBeginning() {
    byte[] heard = awaited.array();
    int magicBytes = Math.min(awaited.position(), MAGIC.length);
    if (!Arrays.equals(heard, 0, magicBytes, MAGIC, 0, magicBytes)) {
      throw refused(ErrorCode.PROTOCOL_VIOLATION, "it does not begin with MILL");
    }
    if (awaited.position() > MAGIC.length && heard[MAGIC.length] != VERSION) {
      throw refused(
          ErrorCode.PROTOCOL_VIOLATION,
          "it speaks version %d, this side %d: both must run the same Millrace"
              .formatted(heard[MAGIC.length], VERSION));
    }
  }

  private void checkProof(String role, byte[] claimed) {
    if (!MessageDigest.isEqual(proof(role), claimed)) {
      throw refused(ErrorCode.AUTHENTICATION_FAILED, "it does not know this application's secret");
    }
  }

  private byte[] proof(String role) {
    return credential.sign(role, clientNonce, serverNonce, clientName);
  }

  private void await(State next, int bytes) {
    state = next;
    awaited = ByteBuffer.allocate(bytes);
  }

  private void fill(ByteBuffer input) {
    int bytes = Math.min(input.remaining(), awaited.remaining());
    awaited.put(awaited.position(), input, input.position(), bytes);
    awaited.position(awaited.position() + bytes);
    input.position(input.position() + bytes);
  }

  private MillraceException refused(ErrorCode code, String why) {
    state = State.FAILED;
    return new MillraceException(code, "The other side was refused: " + why);
  }

  private static boolean isName(byte[] name) {
    if (name.length == 0 || name.length > MAX_NAME_BYTES) {
      return false;
    }
    for (byte c : name) {
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_'
              || c == '.';
      if (!allowed) {
        return false;
      }
    }
    return true;
  }
}
