package org.millrace.runner.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Ping;
import org.millrace.runner.wire.proto.ShutDown;

/** What every transport does. An adapter's test extends it. */
public abstract class TransportContract {
  private final List<Transport> transports = new ArrayList<>();
  protected final RecordingHandler served = new RecordingHandler();
  protected final RecordingHandler heard = new RecordingHandler();

  /** A transport that can reach all others this gave. */
  protected abstract Transport newTransport();

  protected final Transport transport() {
    return transport(newTransport());
  }

  /** Closes the transport after the test. */
  protected final Transport transport(Transport transport) {
    transports.add(transport);
    return transport;
  }

  protected static Frame ping(long number) {
    return Frame.of(pingEnvelope(number));
  }

  protected static Envelope pingEnvelope(long number) {
    return Envelope.newBuilder().setEpoch(1).setPing(Ping.newBuilder().setNumber(number)).build();
  }

  protected static Connection get(CompletableFuture<Connection> connection) throws Exception {
    return connection.get(2, TimeUnit.MINUTES);
  }

  protected final Connection connect(FrameHandler server) throws Exception {
    Address address = transport().listen(new Address("127.0.0.1", 0), server);
    return get(transport().connect(address, "executor-3", heard));
  }

  private static byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @AfterEach
  void closeTransports() {
    transports.forEach(Transport::close);
  }

  @Test
  void deliversFramesInOrder() throws Exception {
    Connection connection = connect(served);

    for (int i = 0; i < 5_000; i++) {
      connection.send(ping(i));
    }

    List<Frame> frames = served.next(5_000);
    for (int i = 0; i < 5_000; i++) {
      assertThat(frames.get(i).envelope().getPing().getNumber()).isEqualTo(i);
    }
  }

  @Test
  void keepsTheOrderOfEachSendingThread() throws Exception {
    Connection connection = connect(served);
    List<Thread> senders = new ArrayList<>();
    for (int s = 0; s < 4; s++) {
      int sender = s;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  connection.send(ping(sender * 1_000L + i));
                }
              });
      senders.add(thread);
      thread.start();
    }

    long[] next = {0, 1_000, 2_000, 3_000};
    for (Frame frame : served.next(4_000)) {
      long number = frame.envelope().getPing().getNumber();
      assertThat(number).isEqualTo(next[(int) (number / 1_000)]++);
    }
    for (Thread sender : senders) {
      sender.join(120_000);
    }
  }

  @Test
  void carriesPayloadsUnchanged() throws Exception {
    Connection connection = connect(served);
    int[] sizes = {1, 17, 65_536, 131_072, 131_073, 4 << 20, 40 << 20};

    for (int size : sizes) {
      connection.send(Frame.of(pingEnvelope(size), ByteBuffer.wrap(randomBytes(size))));
    }

    for (int size : sizes) {
      Frame frame = served.next().frame();
      assertThat(frame.envelope()).isEqualTo(pingEnvelope(size));
      assertThat(frame.payload().bytes()).isEqualTo(ByteBuffer.wrap(randomBytes(size)));
    }
  }

  @Test
  void sendsTheRemainingPartOfABufferAndLeavesTheBufferAlone() throws Exception {
    Connection connection = connect(served);
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5});
    buffer.position(1).limit(4);

    connection.send(Frame.of(pingEnvelope(1), buffer));

    assertThat(served.next().frame().payload().bytes())
        .isEqualTo(ByteBuffer.wrap(new byte[] {2, 3, 4}));
    assertThat(buffer.position()).isEqualTo(1);
    assertThat(buffer.limit()).isEqualTo(4);
  }

  @Test
  void carriesLargeEnvelopes() throws Exception {
    Connection connection = connect(served);
    Envelope envelope =
        Envelope.newBuilder()
            .setShutDown(ShutDown.newBuilder().setReason("x".repeat(10 << 20)))
            .build();

    connection.send(Frame.of(envelope));

    assertThat(served.next().frame().envelope()).isEqualTo(envelope);
  }

  @Test
  void refusesToSendWhatTheOtherSideWouldRefuse() throws Exception {
    Connection connection = connect(served);

    assertThatThrownBy(
            () ->
                connection.send(
                    Frame.of(pingEnvelope(1), ByteBuffer.allocate(FrameLayout.MAX_FRAME_BYTES))))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));

    connection.send(ping(2));
    assertThat(served.next().frame()).isEqualTo(ping(2));
  }

  @Test
  void talksInBothDirections() throws Exception {
    Connection connection =
        connect(
            new FrameHandler() {
              @Override
              public void onFrame(Connection from, Frame frame) {
                from.send(ping(frame.envelope().getPing().getNumber() + 1));
              }

              @Override
              public void onClosed(Connection from, Optional<Throwable> cause) {}
            });

    for (int i = 0; i < 100; i++) {
      connection.send(ping(i * 10L));
    }

    for (int i = 0; i < 100; i++) {
      assertThat(heard.next().frame()).isEqualTo(ping(i * 10L + 1));
    }
  }

  @Test
  void tellsTheListenerWhoConnected() throws Exception {
    Connection connection = connect(served);

    connection.send(ping(1));

    assertThat(served.next().connection().peer()).isEqualTo("executor-3");
  }

  @Test
  void sendsWhatIsQueuedBeforeItCloses() throws Exception {
    Connection connection = connect(served);
    for (int i = 0; i < 30; i++) {
      connection.send(Frame.of(pingEnvelope(i), ByteBuffer.allocate(1 << 20)));
    }

    connection.close();

    assertThat(served.next(30).get(29).envelope()).isEqualTo(pingEnvelope(29));
    assertThat(served.closed()).isEmpty();
    assertThat(heard.closed()).isEmpty();
    assertThat(connection.isOpen()).isFalse();
  }

  @Test
  void losesNothingSentBeforeACloseWhileTheOtherSideTalks() throws Exception {
    Connection connection = connect(served);
    connection.send(ping(0));
    Connection other = served.next().connection();
    for (int i = 0; i < 200; i++) {
      connection.send(Frame.of(pingEnvelope(i), ByteBuffer.allocate(10_000)));
      other.send(Frame.of(pingEnvelope(i), ByteBuffer.allocate(10_000)));
    }
    other.send(ping(1_000));

    other.close();

    assertThat(heard.next(201).get(200)).isEqualTo(ping(1_000));
    assertThat(heard.closed()).isEmpty();
  }

  @Test
  void dropsWhatIsSentAfterAClose() throws Exception {
    Connection connection = connect(served);
    connection.send(ping(1));

    connection.close();
    connection.close();
    connection.send(ping(2));

    assertThat(served.next().frame()).isEqualTo(ping(1));
    assertThat(served.closed()).isEmpty();
    assertThat(heard.closed()).isEmpty();
    assertThat(served.isEmpty()).isTrue();
    assertThat(served.closedCount()).isEqualTo(1);
    assertThat(heard.closedCount()).isEqualTo(1);
  }

  @Test
  void closesEverythingWithTheTransport() throws Exception {
    Transport server = transport();
    Address address = server.listen(new Address("127.0.0.1", 0), served);
    Connection connection = get(transport().connect(address, "executor-3", heard));

    server.close();

    assertThat(heard.closed()).isEmpty();
    assertThat(served.closed()).isEmpty();
    assertThat(connection.isOpen()).isFalse();
    assertThat(codeOf(transport().connect(address, "executor-4", heard)))
        .isEqualTo(ErrorCode.CONNECTION_FAILED);
  }

  @Test
  void closesTheLinkWhenItsHandlerThrows() throws Exception {
    IllegalStateException fault = new IllegalStateException("handler");
    CompletableFuture<Optional<Throwable>> closed = new CompletableFuture<>();
    Connection connection =
        connect(
            new FrameHandler() {
              @Override
              public void onFrame(Connection from, Frame frame) {
                throw fault;
              }

              @Override
              public void onClosed(Connection from, Optional<Throwable> cause) {
                closed.complete(cause);
              }
            });

    connection.send(ping(1));

    assertThat(closed.get(2, TimeUnit.MINUTES)).contains(fault);
    heard.closed();
  }

  @Test
  void failsToConnectWhereNobodyListens() throws Exception {
    Transport server = transport();
    Address address = server.listen(new Address("127.0.0.1", 0), served);
    server.close();

    CompletableFuture<Connection> connection = transport().connect(address, "executor-3", heard);

    assertThat(codeOf(connection)).isEqualTo(ErrorCode.CONNECTION_FAILED);
    assertThat(heard.isClosed()).isFalse();
  }

  @Test
  void refusesAnAddressThatIsTaken() {
    Address address = transport().listen(new Address("127.0.0.1", 0), served);

    assertThatThrownBy(() -> transport().listen(address, served))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_FAILED));
  }

  @Test
  void runsAnActionAtOnceWhileTheLinkIsWritable() throws Exception {
    Connection connection = connect(served);
    AtomicInteger runs = new AtomicInteger();

    assertThat(connection.isWritable()).isTrue();
    connection.onWritable(runs::incrementAndGet);

    assertThat(runs).hasValue(1);
  }

  @Test
  void runsAnActionAtOnceWhenTheLinkIsClosed() throws Exception {
    Connection connection = connect(served);
    connection.close();
    heard.closed();
    AtomicInteger runs = new AtomicInteger();

    connection.onWritable(runs::incrementAndGet);

    assertThat(runs).hasValue(1);
  }

  @Test
  void refusesNobodyWhoBehaves() throws Exception {
    Transport server = transport();
    Address address = server.listen(new Address("127.0.0.1", 0), served);
    Connection connection = get(transport().connect(address, "executor-3", heard));
    connection.send(ping(1));
    served.next();
    connection.close();
    served.closed();

    assertThat(server.refusedConnections()).isZero();
  }

  protected static ErrorCode codeOf(CompletableFuture<Connection> failed) throws Exception {
    try {
      Connection connection = failed.get(2, TimeUnit.MINUTES);
      throw new AssertionError("Connected to " + connection.peer());
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(MillraceException.class);
      return ((MillraceException) e.getCause()).code();
    }
  }
}
