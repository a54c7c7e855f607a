package org.millrace.checkpoint.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;

class RecordLogReaderTest {

  private static final String DIRECTORY = "/log";
  private static final long FIRST = 10;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final List<Long> read = new ArrayList<>();

  @BeforeEach
  void makeDirectory() {
    var unused = files.makeDirectories(DIRECTORY);
    time.runUntilIdle();
  }

  private static byte[] segment(long lowerBound, long from, long until) {
    return segment(LogFixture.LABEL, lowerBound, from, until);
  }

  private static byte[] segment(SegmentLabel label, long lowerBound, long from, long until) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(SegmentFormat.header(label, lowerBound));
    for (long number = from; number < until; number++) {
      record(number, LogFixture.text(number), bytes);
    }
    return bytes.toByteArray();
  }

  private static void record(long number, String text, ByteArrayOutputStream bytes) {
    ByteBuffer payload = LogFixture.bytes(text);
    bytes.writeBytes(SegmentFormat.prefix(number, payload));
    bytes.writeBytes(payload.array());
  }

  private void put(int number, byte[] content) {
    files.put(DIRECTORY + "/" + SegmentNames.segment(number), content);
  }

  private RecordLogEnd read(long from) {
    return finish(
        RecordLogReader.read(
            files,
            time.blockingWork(),
            DIRECTORY,
            LogFixture.LABEL,
            from,
            record -> read.add(record.number())));
  }

  private RecordLogEnd scan() {
    return finish(
        RecordLogReader.scan(
            files,
            time.blockingWork(),
            DIRECTORY,
            LogFixture.LABEL,
            4,
            record -> {
              assertThat(record.payload()).isEqualTo(LogFixture.bytes("reco"));
              read.add(record.number());
            }));
  }

  private RecordLogEnd finish(CompletableFuture<RecordLogEnd> end) {
    read.clear();
    time.runUntilIdle();
    return end.join();
  }

  private void assertCorrupt(long from, String... words) {
    assertThatThrownBy(() -> read(from))
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG))
        .hasMessageContainingAll(words);
  }

  @Test
  void readsNothingWhereNothingIs() {
    assertThat(read(5)).isEqualTo(new RecordLogEnd(5, 0));
    assertThat(scan()).isEqualTo(new RecordLogEnd(0, 0));
  }

  @Test
  void ignoresATailThatIsTornAtAnyByte() {
    byte[] whole = segment(FIRST, FIRST, FIRST + 2);
    int secondStarts = segment(FIRST, FIRST, FIRST + 1).length;
    for (int length = secondStarts; length < whole.length; length++) {
      put(0, Arrays.copyOf(whole, length));
      assertThat(read(FIRST)).isEqualTo(new RecordLogEnd(FIRST + 1, length - secondStarts));
      assertThat(read).containsExactly(FIRST);
      assertThat(scan().nextNumber()).isEqualTo(FIRST + 1);
      assertThat(read).containsExactly(FIRST);
    }
  }

  @Test
  void ignoresAHeaderThatIsTornAtAnyByte() {
    byte[] header = segment(FIRST, 0, 0);
    for (int length = 0; length < header.length; length++) {
      put(0, Arrays.copyOf(header, length));
      assertThat(read(FIRST)).isEqualTo(new RecordLogEnd(FIRST, length));
    }
  }

  @Test
  void ignoresZerosBehindTheLastRecord() {
    byte[] whole = segment(FIRST, FIRST, FIRST + 1);
    put(0, Arrays.copyOf(whole, whole.length + 20_000));
    assertThat(read(FIRST)).isEqualTo(new RecordLogEnd(FIRST + 1, 20_000));
    assertThat(scan().nextNumber()).isEqualTo(FIRST + 1);
  }

  @Test
  void ignoresALastRecordWhoseBytesDidNotAllArrive() {
    byte[] whole = segment(FIRST, FIRST, FIRST + 2);
    whole[whole.length - 1] ^= 1;
    put(0, whole);
    assertThat(read(FIRST).nextNumber()).isEqualTo(FIRST + 1);
    assertThat(scan().nextNumber()).isEqualTo(FIRST + 1);
    assertThat(read).containsExactly(FIRST);
  }

  @Test
  void takesWhatATornSegmentLacksFromAnother() {
    byte[] whole = segment(FIRST, FIRST, FIRST + 4);
    byte[] other = segment(FIRST + 1, FIRST + 2, FIRST + 6);
    int thirdStarts = segment(FIRST, FIRST, FIRST + 2).length;
    for (int length = thirdStarts; length < whole.length; length++) {
      put(0, Arrays.copyOf(whole, length));
      put(1, other);
      assertThat(read(FIRST).nextNumber()).isEqualTo(FIRST + 6);
      assertThat(read).containsExactly(10L, 11L, 12L, 13L, 14L, 15L);
      assertThat(scan().nextNumber()).isEqualTo(FIRST + 6);
      assertThat(read).containsExactly(10L, 11L, 12L, 13L, 14L, 15L);
    }
  }

  @Test
  void readsASegmentThatWasASpareForLongInItsPlace() {
    put(0, segment(0, 0, 10));
    put(1, segment(1, 15, 20));
    put(2, segment(10, 10, 16));
    put(3, segment(16, 0, 0));
    assertThat(read(0).nextNumber()).isEqualTo(20);
    assertThat(read(12).nextNumber()).isEqualTo(20);
    assertThat(read).hasSize(8).startsWith(12L);
    put(0, segment(0, 0, 0));
    assertThat(scan().nextNumber()).isEqualTo(20);
    assertThat(read).hasSize(10).startsWith(10L);
  }

  @Test
  void refusesAGapAndNamesTheTornSegmentBeforeIt() {
    byte[] whole = segment(FIRST, FIRST, FIRST + 3);
    put(0, Arrays.copyOf(whole, whole.length - 1));
    put(1, segment(FIRST + 3, FIRST + 3, FIRST + 4));
    assertCorrupt(FIRST, "no records 12 to 12", "segment-000000.log", "ends inside record 12");
    put(1, segment(FIRST + 3, 0, 0));
    assertCorrupt(FIRST, "no records 12 to 12");
  }

  @Test
  void refusesALogThatBeginsTooLate() {
    put(0, segment(FIRST, FIRST, FIRST + 3));
    assertCorrupt(FIRST - 1, "no records 9 to 9");
    put(0, segment(FIRST - 5, FIRST, FIRST + 3));
    assertCorrupt(FIRST - 1, "no records 9 to 9");
    assertThat(read(FIRST + 100).nextNumber()).isEqualTo(FIRST + 100);
  }

  @Test
  void refusesRecordsThatDiffer() {
    put(0, segment(FIRST, FIRST, FIRST + 2));
    ByteArrayOutputStream other = new ByteArrayOutputStream();
    other.writeBytes(segment(FIRST, 0, 0));
    record(FIRST + 1, LogFixture.text(FIRST + 1).toUpperCase(java.util.Locale.ROOT), other);
    put(1, other.toByteArray());
    assertCorrupt(FIRST, "record 11 is not the same", "segment-000001.log", "segment-000000.log");
  }

  @Test
  void refusesAnyFlippedByteBeforeTheLastRecord() {
    byte[] whole = segment(FIRST, FIRST, FIRST + 3);
    int firstStarts = segment(FIRST, 0, 0).length;
    int secondStarts = segment(FIRST, FIRST, FIRST + 1).length;
    for (int i = 0; i < secondStarts; i++) {
      boolean lengthOfRecord = i >= firstStarts && i < firstStarts + 4;
      boolean lengthOfHeader = i >= 24 && i < 28;
      if (lengthOfRecord || lengthOfHeader) {
        // A length that points behind the end cannot be told from a torn tail.
        continue;
      }
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x41;
      put(0, damaged);
      assertCorrupt(FIRST, "damaged");
    }
  }

  @Test
  void namesWhatIsWrongWithTheHeader() {
    SegmentLabel label = LogFixture.LABEL;
    put(0, segment(new SegmentLabel(label.magic(), 9, 7, new byte[0]), 0, 0, 0));
    assertCorrupt(0, "version is 9, expected 1");
    put(0, segment(new SegmentLabel(label.magic(), 1, 8, new byte[0]), 0, 0, 0));
    assertCorrupt(0, "owner is 8, expected 7");
  }

  @Test
  void refusesANumberThatWasSkippedOrIsTooLow() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(segment(FIRST, FIRST, FIRST + 1));
    record(FIRST + 2, LogFixture.text(FIRST + 2), bytes);
    put(0, bytes.toByteArray());
    assertCorrupt(FIRST, "number 12, expected 11");
    put(0, segment(FIRST, FIRST - 1, FIRST));
    assertCorrupt(FIRST, "number 9, expected 10 or more");
  }

  @Test
  void refusesALengthBeyondTheBoundWithoutReadingIt() {
    byte[] whole = segment(FIRST, FIRST, FIRST + 2);
    whole[segment(FIRST, 0, 0).length] = 0x7f;
    put(0, whole);
    assertCorrupt(FIRST, "length of");
  }

  @Test
  void refusesALocationThatIsNoRecord() {
    put(0, segment(FIRST, FIRST, FIRST + 2));
    assertThatThrownBy(
            () ->
                RecordLogReader.payload(
                    files, DIRECTORY, new RecordLocation("segment-000000.log", 60, 9)))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG));
  }
}
