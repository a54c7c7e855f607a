package org.millrace.api.streaming.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.StorageLevels;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.receiver.RecordingSupervisor;

class SocketReceiversTest {
  private static final String HOST = "127.0.0.1";
  private static final int DEADLINE_MS = 120_000;

  private final RecordingSupervisor supervisor = new RecordingSupervisor();
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getByName(HOST));
    server.setSoTimeout(DEADLINE_MS);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** A receiver as it arrives on an executor. */
  @SuppressWarnings("unchecked") // a copy is of the class of its original
  private <T> Receiver<T> started(Receiver<T> receiver) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(receiver);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      Receiver<T> copy = (Receiver<T>) in.readObject();
      copy.attach(supervisor);
      copy.onStart();
      return copy;
    }
  }

  private Receiver<String> text() {
    return SocketReceivers.text(HOST, server.getLocalPort(), StorageLevels.MEMORY_ONLY);
  }

  private static void send(Socket connection, String text) throws IOException {
    connection.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    connection.getOutputStream().flush();
  }

  @Test
  void storesLinesAndRestartsWhenTheServerCloses() throws Exception {
    Receiver<String> receiver = started(text());
    try (Socket connection = server.accept()) {
      send(connection, "one\ntwo\n");
      assertThat(supervisor.next()).isEqualTo("storeBytes one\ntwo\n");
      send(connection, "no line feed");
    }

    assertThat(supervisor.next()).isEqualTo("storeBytes no line feed\n");
    assertThat(supervisor.next()).startsWith("restart -1 ").contains("closed the connection");
    assertThat(Receiver.blockFormat(receiver)).isEqualTo(BlockFormat.TEXT_LINES);
    receiver.onStop();
  }

  @Test
  void restartsWhenThePortRefuses() throws Exception {
    int port = server.getLocalPort();
    server.close();
    started(SocketReceivers.text(HOST, port, StorageLevels.MEMORY_ONLY));

    assertThat(supervisor.next())
        .startsWith("restart -1 connecting to " + HOST + ":" + port)
        .contains("refused");
  }

  @Test
  void endsItsConnectionWhenItIsStoppedAndDoesNotRestart() throws Exception {
    Receiver<String> receiver = started(text());
    try (Socket connection = server.accept()) {
      connection.setSoTimeout(DEADLINE_MS);
      receiver.onStop();

      assertThat(connection.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(supervisor.rest()).isEmpty();
  }

  @Test
  void connectsAgainAfterItWasStopped() throws Exception {
    Receiver<String> receiver = started(text());
    server.accept().close();
    assertThat(supervisor.next()).startsWith("restart");
    receiver.onStop();
    receiver.onStart();
    try (Socket connection = server.accept()) {
      send(connection, "again\n");
      assertThat(supervisor.next()).isEqualTo("storeBytes again\n");
    }
    receiver.onStop();
  }

  private Receiver<String> frames() {
    return SocketReceivers.frames(HOST, server.getLocalPort(), StorageLevels.MEMORY_ONLY);
  }

  @Test
  void storesEachFrameAsABlockAndRestartsWhenTheServerCloses() throws Exception {
    Receiver<String> receiver = started(frames());
    try (RawSocketWriter writer = new RawSocketWriter(server.accept().getOutputStream())) {
      writer.write("one");
      writer.write("two");
      writer.flush();
      assertThat(supervisor.next()).isEqualTo("storeAllBytes one\ntwo\n");
      writer.write("three");
    }

    assertThat(supervisor.next()).isEqualTo("storeAllBytes three\n");
    assertThat(supervisor.next()).startsWith("restart -1 ").contains("closed the connection");
    assertThat(Receiver.blockFormat(receiver)).isEqualTo(BlockFormat.TEXT_LINES);
    receiver.onStop();
  }

  @Test
  void reportsAFrameThatIsTornAndStoresNothingOfIt() throws Exception {
    Receiver<String> receiver = started(frames());
    try (Socket connection = server.accept()) {
      send(connection, "\0\0\0\u0009whole\n");
    }

    assertThat(supervisor.next())
        .startsWith("restart -1 reading from " + HOST)
        .contains("after 6 of the 9 bytes of a frame");
    assertThat(supervisor.rest()).isEmpty();
    receiver.onStop();
  }

  @Test
  void storesWhatAFunctionReads() throws Exception {
    Receiver<Integer> receiver =
        started(
            SocketReceivers.decoded(
                HOST,
                server.getLocalPort(),
                in -> List.of(in.read(), in.read()),
                StorageLevels.MEMORY_ONLY));
    try (Socket connection = server.accept()) {
      send(connection, "AB");
      assertThat(supervisor.next()).isEqualTo("store 65");
      assertThat(supervisor.next()).isEqualTo("store 66");
      assertThat(supervisor.next()).startsWith("restart");
    }
    receiver.onStop();
  }

  @Test
  void restartsWhenTheFunctionFailsInAnyWay() throws Exception {
    Receiver<Integer> receiver =
        started(
            SocketReceivers.<Integer>decoded(
                HOST,
                server.getLocalPort(),
                in -> {
                  throw new NoClassDefFoundError("Parser");
                },
                StorageLevels.MEMORY_ONLY));

    assertThat(supervisor.next()).startsWith("restart -1 reading from").contains("Parser");
    receiver.onStop();
  }

  @Test
  void refusesPortsThatCannotBe() {
    assertThatThrownBy(() -> SocketReceivers.text(HOST, 0, StorageLevels.NONE))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("port 0");
    assertThatThrownBy(() -> SocketReceivers.text(HOST, 70_000, StorageLevels.NONE))
        .isInstanceOf(MillraceException.class);
  }
}
