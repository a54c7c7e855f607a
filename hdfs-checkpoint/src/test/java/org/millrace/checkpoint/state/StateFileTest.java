package org.millrace.checkpoint.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.codec.StateCodecs;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;

class StateFileTest {
  private static final String PATH = "/state/a.state";
  private static final Path GOLDEN =
      Path.of("src/test/resources/org/millrace/checkpoint/state/state-file-v1.bin");

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final StateCodecs codecs =
      new StateCodecs(StateFileTest.class.getClassLoader(), List.of());

  private static StateSection section(int partition, boolean isDelta, long rows) {
    return new StateSection(7, partition, 3_000, isDelta, 1, 0, 0, rows, 1);
  }

  /** Two sections, the first one of several blocks, the second one without items. */
  private byte[] file(int rows, int valueBytes) {
    StateFileWriter writer = new StateFileWriter("application_1", 4, 5_000, codecs);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < rows; i++) {
      writer.writeLong(i);
      writer.writeValue("k" + i);
      writer.writeValue(new Tuple2<>(i, "v".repeat(valueBytes)));
      writer.endItem();
    }
    assertThat(writer.endSection(section(0, false, rows))).isZero();
    take(writer, bytes);
    assertThat(writer.endSection(section(1, true, 0))).isEqualTo(1);
    writer.end();
    take(writer, bytes);
    assertThat(writer.length()).isEqualTo(bytes.size());
    return bytes.toByteArray();
  }

  private static void take(StateFileWriter writer, ByteArrayOutputStream bytes) {
    for (ByteBuffer part : writer.take()) {
      bytes.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
    }
    assertThat(writer.readyBytes()).isZero();
  }

  private StateFileReader reader(byte[] bytes) {
    files.put(PATH, bytes);
    return new StateFileReader(files, PATH, bytes.length);
  }

  private List<Object> read(StateFileReader reader, int section) {
    List<Object> read = new ArrayList<>();
    try (StateFileReader.Items items =
        reader.items(reader.index().sections().get(section), codecs)) {
      while (items.hasItem()) {
        read.add(items.readLong());
        read.add(items.readValue());
        read.add(items.readValue());
      }
    }
    return read;
  }

  @Test
  void readsWhatWasWritten() {
    StateFileReader reader = reader(file(3_000, 100));
    assertThat(reader.index().applicationId()).isEqualTo("application_1");
    assertThat(reader.index().executorId()).isEqualTo(4);
    assertThat(reader.index().versionMs()).isEqualTo(5_000);
    StateSection first = reader.index().sections().get(0);
    assertThat(first)
        .isEqualTo(new StateSection(7, 0, 3_000, false, 1, 8, first.lengthBytes(), 3_000, 1));
    List<Object> items = read(reader, 0);
    assertThat(items).hasSize(9_000);
    assertThat(items.subList(8_997, 9_000))
        .isEqualTo(List.of(2_999L, "k2999", new Tuple2<>(2_999, "v".repeat(100))));
    assertThat(reader.index().sections().get(1).isDelta()).isTrue();
    assertThat(read(reader, 1)).isEmpty();
  }

  @Test
  void findsEveryDamage() {
    byte[] good = file(40, 3);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x20;
      assertThatThrownBy(
              () -> {
                StateFileReader reader = reader(bad);
                read(reader, 0);
                read(reader, 1);
              })
          .as("byte %s", i)
          .isInstanceOfSatisfying(
              MillraceException.class,
              e ->
                  assertThat(e.code()).isIn(ErrorCode.CORRUPT_STATE, ErrorCode.STATE_NOT_READABLE));
    }
  }

  @Test
  void refusesAFileThatWasNotEnded() {
    byte[] good = file(40, 3);
    for (int length = 0; length < good.length; length++) {
      byte[] torn = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> reader(torn))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_STATE))
          .hasMessageContaining(PATH);
    }
  }

  @Test
  void writesTheBytesOfVersionOne() throws IOException {
    byte[] written = file(20, 5);
    if (Boolean.getBoolean("org.millrace.regenerate")) {
      Files.createDirectories(GOLDEN.getParent());
      Files.write(GOLDEN, written);
    }
    try (InputStream golden = StateFileTest.class.getResourceAsStream("state-file-v1.bin")) {
      assertThat(golden).isNotNull();
      byte[] bytes = golden.readAllBytes();
      assertThat(written).isEqualTo(bytes);
      assertThat(read(reader(bytes), 0)).hasSize(60).contains("k19");
    }
  }
}
