package org.millrace.checkpoint.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class SegmentReaderTest {

  private static final long EPOCH = 3;
  private static final long FIRST = 10;

  private final List<DriverEvent> read = new ArrayList<>();

  private static byte[] segment(DriverEvent... events) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(SegmentFormat.header(EPOCH, FIRST));
    long position = FIRST;
    for (DriverEvent event : events) {
      SegmentFormat.frame(position++, new EventEncoder().encode(event), bytes);
    }
    return bytes.toByteArray();
  }

  private static DriverEvent event(long number) {
    return new DriverEvent.OutputPublished(number);
  }

  private LogEnd read(byte[] bytes, boolean last) throws IOException {
    read.clear();
    return new SegmentReader("segment", new ByteArrayInputStream(bytes), last)
        .read(new LogStart(EPOCH, FIRST), (position, event) -> read.add(event));
  }

  private void assertCorrupt(byte[] bytes, boolean last, String what) {
    assertThatThrownBy(() -> read(bytes, last))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG))
        .hasMessageContaining(what)
        .hasMessageContaining("segment");
  }

  @Test
  void ignoresATailThatIsTornAtAnyByte() throws IOException {
    byte[] whole = segment(event(1), event(2));
    int secondStarts = segment(event(1)).length;
    for (int length = secondStarts; length < whole.length; length++) {
      LogEnd end = read(Arrays.copyOf(whole, length), true);
      assertThat(read).containsExactly(event(1));
      assertThat(end).isEqualTo(new LogEnd(FIRST + 1, length - secondStarts));
    }
    assertThat(read(whole, true)).isEqualTo(new LogEnd(FIRST + 2, 0));
    assertThat(read).containsExactly(event(1), event(2));
  }

  @Test
  void ignoresAHeaderThatIsTornAtAnyByte() throws IOException {
    byte[] header = segment();
    for (int length = 0; length < header.length; length++) {
      LogEnd end = read(Arrays.copyOf(header, length), true);
      assertThat(end).isEqualTo(new LogEnd(FIRST, length));
    }
    assertThat(read).isEmpty();
  }

  @Test
  void ignoresZerosBehindTheLastRecord() throws IOException {
    byte[] whole = segment(event(1));
    LogEnd end = read(Arrays.copyOf(whole, whole.length + 20_000), true);
    assertThat(read).containsExactly(event(1));
    assertThat(end).isEqualTo(new LogEnd(FIRST + 1, 20_000));
  }

  @Test
  void ignoresALastRecordWhoseBytesDidNotAllArrive() throws IOException {
    byte[] whole = segment(event(1), event(2));
    whole[whole.length - 1] = (byte) ~whole[whole.length - 1];
    read(whole, true);
    assertThat(read).containsExactly(event(1));
  }

  @Test
  void refusesATornTailInASegmentThatHasASuccessor() throws IOException {
    byte[] whole = segment(event(1), event(2));
    for (int length : new int[] {0, 5, 40, whole.length - 1, whole.length - 20}) {
      assertCorrupt(Arrays.copyOf(whole, length), false, "ends inside");
    }
    assertThat(read(whole, false)).isEqualTo(new LogEnd(FIRST + 2, 0));
  }

  @Test
  void refusesAnyFlippedByteBeforeTheLastRecord() {
    byte[] whole = segment(event(1), event(2), event(3));
    int firstStarts = segment().length;
    int secondStarts = segment(event(1)).length;
    for (int i = 0; i < secondStarts; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x41;
      boolean length = i >= firstStarts && i < firstStarts + 4;
      // A length that points behind the end of the last segment cannot be told from a torn tail.
      assertCorrupt(damaged, length ? false : i >= 28 || i < 24, "damaged");
    }
  }

  @Test
  void namesWhatIsWrongWithTheHeader() {
    ByteArrayOutputStream other = new ByteArrayOutputStream();
    other.writeBytes(SegmentFormat.header(EPOCH + 1, FIRST));
    assertCorrupt(other.toByteArray(), true, "epoch is 4, expected 3");
    other.reset();
    other.writeBytes(SegmentFormat.header(EPOCH, FIRST + 1));
    assertCorrupt(other.toByteArray(), true, "first position is 11, expected 10");
    byte[] version = segment();
    version[7] = 9;
    assertCorrupt(version, true, "version is 9, expected 1");
  }

  @Test
  void refusesAPositionThatWasSkipped() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(SegmentFormat.header(EPOCH, FIRST));
    SegmentFormat.frame(FIRST + 1, new EventEncoder().encode(event(1)), bytes);
    assertCorrupt(bytes.toByteArray(), true, "position is 11, expected 10");
  }

  @Test
  void refusesALengthBeyondTheBoundWithoutReadingIt() {
    byte[] whole = segment(event(1), event(2));
    int firstStarts = segment().length;
    whole[firstStarts] = 0x7f;
    assertCorrupt(whole, true, "length of");
  }

  @Test
  void refusesARecordThatIsNoEvent() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(SegmentFormat.header(EPOCH, FIRST));
    SegmentFormat.frame(FIRST, new byte[] {100, 1, 2}, bytes);
    assertCorrupt(bytes.toByteArray(), true, "cannot be decoded");
  }
}
