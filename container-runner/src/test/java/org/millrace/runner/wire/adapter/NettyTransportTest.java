package org.millrace.runner.wire.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.FrameLayout;
import org.millrace.runner.wire.Handshake;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.TransportContract;

class NettyTransportTest extends TransportContract {
  private static final int HANDSHAKE_DEADLINE_MS = 400;
  private static final NettySettings SETTINGS =
      new NettySettings(1, 120_000, 60_000, 60_000, 1 << 20, 1 << 18, 1_024);
  private static final NettySettings IMPATIENT =
      new NettySettings(1, HANDSHAKE_DEADLINE_MS, 60_000, 60_000, 1 << 20, 1 << 18, 1_024);
  private static final NettySettings TWO_STRANGERS =
      new NettySettings(1, 120_000, 60_000, 60_000, 1 << 20, 1 << 18, 2);
  private static final Address LOOPBACK = new Address("127.0.0.1", 0);

  private final Credential credential = credential(1);

  private static Credential credential(long seed) {
    byte[] secret = new byte[Credential.SIZE_BYTES];
    new Random(seed).nextBytes(secret);
    return Credential.of(secret);
  }

  @Override
  protected Transport newTransport() {
    return new NettyTransport(credential, SETTINGS);
  }

  private static Socket socket(Address address) throws IOException {
    Socket socket = new Socket(address.host(), address.port());
    socket.setSoTimeout(120_000);
    socket.setTcpNoDelay(true);
    return socket;
  }

  /** Reads until the other side closes; what it said. */
  private static byte[] readToEnd(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (java.net.SocketException reset) {
      return new byte[0];
    }
  }

  private Socket authenticated(Address address) throws IOException {
    Socket socket = socket(address);
    Handshake handshake =
        Handshake.client(credential, "executor-9", new byte[Handshake.NONCE_BYTES]);
    socket.getOutputStream().write(handshake.opening());
    byte[] challenge = socket.getInputStream().readNBytes(64);
    socket.getOutputStream().write(handshake.onBytes(ByteBuffer.wrap(challenge)));
    handshake.onBytes(ByteBuffer.wrap(socket.getInputStream().readNBytes(1)));
    assertThat(handshake.isDone()).isTrue();
    return socket;
  }

  @Test
  void refusesAndCountsAClientWithAnotherSecret() throws Exception {
    Transport server = transport();
    Address address = server.listen(LOOPBACK, served);
    try (Transport stranger = new NettyTransport(credential(2), SETTINGS)) {
      assertThat(codeOf(stranger.connect(address, "executor-3", heard)))
          .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
      assertThat(stranger.refusedConnections()).isEqualTo(1);
    }
    try (Socket probe = socket(address)) {
      // Garbage is counted before the server closes; a mere hang-up would be counted after.
      probe.getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII));
      assertThat(readToEnd(probe)).isEmpty();
    }

    // One loop serves both connections, so the first was counted before the second.
    assertThat(server.refusedConnections()).isEqualTo(2);
    assertThat(served.isEmpty()).isTrue();
    assertThat(served.isClosed()).isFalse();
  }

  @Test
  void refusesAClientThatProvesNothing() throws Exception {
    Transport server = transport();
    Address address = server.listen(LOOPBACK, served);
    try (Socket socket = socket(address)) {
      byte[] opening =
          Handshake.client(credential(2), "executor-3", new byte[Handshake.NONCE_BYTES]).opening();
      socket.getOutputStream().write(opening);
      assertThat(socket.getInputStream().readNBytes(64)).hasSize(64);
      socket.getOutputStream().write(new byte[32]);

      assertThat(readToEnd(socket)).isEmpty();
    }

    assertThat(server.refusedConnections()).isEqualTo(1);
    assertThat(served.isEmpty()).isTrue();
  }

  @Test
  void countsAClientThatBreaksOff() throws Exception {
    Transport server = transport();
    Address address = server.listen(LOOPBACK, served);
    try (Socket socket = socket(address)) {
      socket
          .getOutputStream()
          .write(
              Handshake.client(credential, "executor-3", new byte[Handshake.NONCE_BYTES])
                  .opening());
      // Closed with bytes unread: the server sees a reset, not an end.
      assertThat(socket.getInputStream().readNBytes(10)).hasSize(10);
    }
    try (Socket probe = socket(address)) {
      probe.getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII));
      assertThat(readToEnd(probe)).isEmpty();
    }

    assertThat(server.refusedConnections()).isEqualTo(2);
    assertThat(served.isClosed()).isFalse();
  }

  @Test
  void saysNothingToAStrangerWhoSpeaksAnotherProtocol() throws Exception {
    Transport server = transport();
    Address address = server.listen(LOOPBACK, served);
    try (Socket socket = socket(address)) {
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

      assertThat(readToEnd(socket)).isEmpty();
    }

    assertThat(server.refusedConnections()).isEqualTo(1);
  }

  @Test
  void closesASilentStrangerAtTheDeadline() throws Exception {
    Transport server = transport(new NettyTransport(credential, IMPATIENT));
    Address address = server.listen(LOOPBACK, served);
    long startNanos = System.nanoTime();
    try (Socket socket = socket(address)) {
      assertThat(readToEnd(socket)).isEmpty();
    }

    long waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    assertThat(waitedMs).isGreaterThanOrEqualTo(HANDSHAKE_DEADLINE_MS - 50);
    assertThat(server.refusedConnections()).isEqualTo(1);
  }

  @Test
  void closesAtOnceWhatComesWhileTooManyAreUnauthenticated() throws Exception {
    Transport server = transport(new NettyTransport(credential, TWO_STRANGERS));
    Address address = server.listen(LOOPBACK, served);
    List<Socket> silent = List.of(socket(address), socket(address));
    try (Socket third = socket(address)) {
      assertThat(readToEnd(third)).isEmpty();
      assertThat(server.refusedConnections()).as("the two before may still prove it").isEqualTo(1);
    }
    for (Socket socket : silent) {
      socket.close();
    }

    awaitRefused(server, 3);
    get(transport().connect(address, "executor-3", heard)).send(ping(1));
    assertThat(served.next().frame()).isEqualTo(ping(1));
  }

  /** A mere hang-up is counted after the other side has seen it. */
  private static void awaitRefused(Transport server, long connections) {
    long deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (server.refusedConnections() < connections) {
      assertThat(System.nanoTime() - deadlineNanos)
          .as("%d of %d were refused", server.refusedConnections(), connections)
          .isNegative();
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(server.refusedConnections()).isEqualTo(connections);
  }

  @Test
  void closesAndCountsAPeerThatClaimsAnOversizeFrame() throws Exception {
    Transport server = transport();
    Address address = server.listen(LOOPBACK, served);
    try (Socket socket = authenticated(address)) {
      new DataOutputStream(socket.getOutputStream()).writeLong(0x7fff_ffff_0000_0010L);

      assertThat(readToEnd(socket)).isEmpty();
    }

    assertThat(served.closed()).isPresent();
    assertThat(served.closed().orElseThrow())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
    assertThat(server.refusedConnections()).isEqualTo(1);
  }

  @Test
  void reportsALinkThatEndsInsideAFrame() throws Exception {
    Transport server = transport();
    Address address = server.listen(LOOPBACK, served);
    try (Socket socket = authenticated(address)) {
      byte[] head = FrameLayout.head(ping(1)).array();
      socket.getOutputStream().write(head);
      socket.getOutputStream().write(Arrays.copyOf(head, head.length - 1));
    }

    assertThat(served.next().frame()).isEqualTo(ping(1));
    assertThat(served.closed()).isPresent();
    assertThat(served.isEmpty()).isTrue();
  }

  @Test
  void takesAFrameThatComesInOnePieceWithTheProof() throws Exception {
    Transport server = transport();
    Address address = server.listen(LOOPBACK, served);
    try (Socket socket = socket(address)) {
      Handshake handshake =
          Handshake.client(credential, "executor-9", new byte[Handshake.NONCE_BYTES]);
      for (byte b : handshake.opening()) {
        socket.getOutputStream().write(b);
      }
      byte[] proof = handshake.onBytes(ByteBuffer.wrap(socket.getInputStream().readNBytes(64)));
      byte[] head = FrameLayout.head(ping(7)).array();
      byte[] both = Arrays.copyOf(proof, proof.length + head.length);
      System.arraycopy(head, 0, both, proof.length, head.length);
      socket.getOutputStream().write(both);

      assertThat(served.next().frame()).isEqualTo(ping(7));
    }
  }

  @Test
  void isNotWritableWhileTheOtherSideDoesNotRead() throws Exception {
    CountDownLatch reads = new CountDownLatch(1);
    Connection connection =
        connect(
            new FrameHandler() {
              @Override
              public void onFrame(Connection from, Frame frame) {
                await(reads);
                served.onFrame(from, frame);
              }

              @Override
              public void onClosed(Connection from, Optional<Throwable> cause) {}
            });
    // More than the kernel's buffers of both sides take.
    int sent = 512;
    for (int i = 0; i < sent; i++) {
      connection.send(Frame.of(pingEnvelope(i), ByteBuffer.allocate(65_536)));
    }
    assertThat(connection.isWritable()).isFalse();
    CompletableFuture<Void> writable = new CompletableFuture<>();
    connection.onWritable(() -> writable.complete(null));
    assertThat(writable).isNotDone();

    reads.countDown();

    writable.get(2, TimeUnit.MINUTES);
    assertThat(served.next(sent).get(sent - 1).envelope()).isEqualTo(pingEnvelope(sent - 1));
    assertThat(connection.isWritable()).isTrue();
  }

  @Test
  void letsWaitingSendersGoWhenTheLinkBreaks() throws Exception {
    Transport server = transport();
    Address address = server.listen(LOOPBACK, served);
    Socket socket = authenticated(address);
    socket.getOutputStream().write(FrameLayout.head(ping(1)).array());
    Connection connection = served.next().connection();
    while (connection.isWritable()) {
      connection.send(Frame.of(pingEnvelope(1), ByteBuffer.allocate(65_536)));
    }
    // Far more than the sockets' own buffers take, so that it stays so until the link breaks.
    ByteBuffer page = ByteBuffer.allocate(65_536);
    for (int i = 0; i < 512; i++) {
      connection.send(Frame.of(pingEnvelope(1), page.duplicate()));
    }
    CompletableFuture<Void> released = new CompletableFuture<>();
    connection.onWritable(() -> released.complete(null));

    socket.close();

    released.get(2, TimeUnit.MINUTES);
    assertThat(connection.isOpen()).isFalse();
  }

  @Test
  void refusesToSendAReference() throws Exception {
    Connection connection = connect(served);

    assertThat(connection.byReference()).isFalse();
    assertThatThrownBy(() -> connection.send(Frame.byReference(pingEnvelope(1), "object")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void namesAnUnknownHost() throws Exception {
    assertThat(codeOf(transport().connect(new Address("no.such.host.invalid", 1), "x", heard)))
        .isEqualTo(ErrorCode.CONNECTION_FAILED);
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(2, TimeUnit.MINUTES)) {
        throw new AssertionError("The latch was not opened within 2 min");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
