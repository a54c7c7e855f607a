package org.millrace.api.streaming.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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

class LineCutterTest {
  private final List<String> pieces = new ArrayList<>();
  private final LineCutter cutter =
      new LineCutter(
          buffer -> pieces.add(StandardCharsets.UTF_8.decode(buffer).toString()), "test");

  /** Gives so many bytes at a time, as a network would. */
  private static InputStream inPieces(byte[] bytes, int size) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] to, int offset, int length) {
        return super.read(to, offset, Math.min(size, length));
      }
    };
  }

  private void read(String text, int pieceSize) throws IOException {
    cutter.readAll(inPieces(text.getBytes(StandardCharsets.UTF_8), pieceSize));
  }

  @Test
  void handsOnWholeLinesOnly() throws IOException {
    read("one\ntwo\nth", 100);

    assertThat(pieces).containsExactly("one\ntwo\n", "th\n");
  }

  @Test
  void joinsALineThatArrivesInPieces() throws IOException {
    read("grüße\n\nx\n", 1);

    assertThat(pieces).containsExactly("grüße\n", "\n", "x\n");
  }

  @Test
  void handsOnNothingForAnEmptyStream() throws IOException {
    read("", 1);

    assertThat(pieces).isEmpty();
  }

  @Test
  void keepsEveryByteWhateverThePieces() throws IOException {
    Random random = new Random(42);
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < 2000; line++) {
      text.append("x".repeat(random.nextInt(3000))).append('\n');
    }
    read(text.toString(), 70_001);

    assertThat(String.join("", pieces)).isEqualTo(text.toString());
    assertThat(pieces).allMatch(piece -> piece.endsWith("\n"));
  }

  @Test
  void readsALineUpToTheBound() throws IOException {
    String line = "y".repeat(LineCutter.LONGEST_LINE_BYTES - 1);
    read(line + "\nshort\n", 1 << 20);

    assertThat(String.join("", pieces)).isEqualTo(line + "\nshort\n");
  }

  @Test
  void refusesALineAboveTheBound() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[LineCutter.LONGEST_LINE_BYTES]);
    bytes.write('\n');

    assertThatThrownBy(() -> cutter.readAll(inPieces(bytes.toByteArray(), 1 << 20)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE))
        .hasMessageContaining("16777216");
    assertThat(pieces).isEmpty();
  }

  @Test
  void givesBytesFromPositionToLimit() throws IOException {
    List<ByteBuffer> buffers = new ArrayList<>();
    new LineCutter(buffers::add, "test")
        .readAll(inPieces("ab\nc".getBytes(StandardCharsets.UTF_8), 100));

    assertThat(buffers).extracting(ByteBuffer::remaining).containsExactly(3, 2);
  }
}
