package org.millrace.api.streaming.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class FrameCutterTest {
  private final List<String> frames = new ArrayList<>();
  private final FrameCutter cutter =
      new FrameCutter(
          buffer -> frames.add(StandardCharsets.UTF_8.decode(buffer).toString()), "test");

  /** Gives so many bytes at a time, as a network would. */
  private static InputStream inPieces(byte[] bytes, int size) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        return super.read(to, offset, Math.min(size, length));
      }
    };
  }

  private static byte[] frame(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Integer.BYTES + bytes.length)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  private void read(byte[] bytes, int pieceSize) throws IOException {
    cutter.readAll(inPieces(bytes, pieceSize));
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private void assertRefused(byte[] bytes, String text) {
    assertThatThrownBy(() -> read(bytes, 1000))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION))
        .hasMessageContaining(text)
        .hasMessageContaining("RawSocketWriter");
  }

  @Test
  void joinsFramesThatArriveByteByByte() throws IOException {
    read(joined(frame("grüße\nx\n"), frame(""), frame("\n")), 1);

    assertThat(frames).containsExactly("grüße\nx\n", "", "\n");
  }

  @Test
  void handsOnNothingForAnEmptyStream() throws IOException {
    read(new byte[0], 1);

    assertThat(frames).isEmpty();
  }

  @Test
  void keepsWholeFramesBeforeATornOne() {
    byte[] bytes = joined(frame("one\n"), new byte[] {0, 0, 0, 5, 't', 'w', 'o', '\n'});

    assertThatThrownBy(() -> read(bytes, 3))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("4 of the 5 bytes");
    assertThat(frames).containsExactly("one\n");
  }

  @Test
  void reportsAnEndInsideALength() {
    assertThatThrownBy(() -> read(joined(frame("one\n"), new byte[] {0, 0}), 100))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("2 of the 4 bytes");
    assertThat(frames).containsExactly("one\n");
  }

  @Test
  void readsAFrameUpToTheBound() throws IOException {
    String text = "y".repeat(FrameCutter.LONGEST_FRAME_BYTES - 1) + "\n";
    read(joined(frame(text), frame("short\n")), 1 << 20);

    assertThat(frames).containsExactly(text, "short\n");
  }

  @Test
  void refusesAFrameAboveTheBoundBeforeItIsRead() {
    int tooLong = FrameCutter.LONGEST_FRAME_BYTES + 1;
    assertRefused(ByteBuffer.allocate(4).putInt(tooLong).array(), "16777217");
    assertRefused(ByteBuffer.allocate(4).putInt(-1).array(), "4294967295");
    assertThat(frames).isEmpty();
  }

  @Test
  void refusesAFrameWhoseLastLineIsNotEnded() {
    assertRefused(frame("one\ntwo"), "does not end with a line feed");
    assertThat(frames).isEmpty();
  }

  @Test
  void readsWhatAWriterWroteInFramesOfItsSize() throws IOException {
    Random random = new Random(42);
    StringBuilder text = new StringBuilder();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (RawSocketWriter writer = new RawSocketWriter(bytes)) {
      for (int line = 0; line < 2000; line++) {
        String record = "ß".repeat(random.nextInt(line == 7 ? 1_000_000 : 1000));
        writer.write(record);
        text.append(record).append('\n');
      }
    }
    read(bytes.toByteArray(), 70_001);

    assertThat(String.join("", frames)).isEqualTo(text.toString());
    assertThat(frames).hasSizeBetween(7, 20).allMatch(frame -> frame.endsWith("\n"));
  }

  @Test
  void aWriterSendsNothingWhenThereIsNothing() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    RawSocketWriter writer = new RawSocketWriter(bytes);
    writer.flush();
    writer.close();

    assertThat(bytes.size()).isZero();
  }

  @Test
  void aWriterRefusesWhatWouldNotComeOutAsOneLine() {
    RawSocketWriter writer = new RawSocketWriter(new ByteArrayOutputStream());

    for (String line : List.of("a\nb", "a\r")) {
      assertThatThrownBy(() -> writer.write(line))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
    assertThatThrownBy(() -> writer.write("x".repeat(FrameCutter.LONGEST_FRAME_BYTES)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE));
  }
}
