package org.millrace.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes that values are written to, and read from. */
class ValueBytesTest {
  @Test
  void partsComeBackInTheirOrder() {
    ValueSink sink = new ValueSink(0);
    for (long value : new long[] {0, -1, 63, 64, -65, Integer.MAX_VALUE, Long.MIN_VALUE}) {
      sink.writeLong(value);
    }
    sink.writeFloat(-0f);
    sink.writeDouble(Double.NaN);
    sink.writeString("x\ud83d");
    sink.writeRaw(new byte[] {9, 8, 7, 6}, 1, 2);
    ValueSource source = new ValueSource(sink.view());

    for (long value : new long[] {0, -1, 63, 64, -65, Integer.MAX_VALUE, Long.MIN_VALUE}) {
      assertThat(source.readLong()).isEqualTo(value);
    }
    assertThat(source.readFloat()).isEqualTo(-0f);
    assertThat(source.readDouble()).isNaN();
    assertThat(source.readString()).isEqualTo("x\ud83d");
    assertThat(source.readRaw(2)).containsExactly(8, 7);
    assertThat(source.remaining()).isZero();
    assertThat(source.position()).isEqualTo(sink.size());
  }

  @Test
  void numbersAreZigzagVarintsAndFixedSizesLowByteFirst() {
    ValueSink sink = new ValueSink();
    sink.writeInt(-1);
    sink.writeInt(64);
    sink.writeFloat(1);
    sink.writeString("a");
    sink.writeString("\ud83d");
    sink.writeBytes(new byte[] {5});

    assertThat(sink.toByteArray())
        .containsExactly(1, 0x80, 1, 0, 0, 0x80, 0x3f, 4, 'a', 10, 0xd8, 0x3d, 2, 5);
  }

  @Test
  void sourcesReadAnyBufferAndLeaveItAsItWas() {
    ByteBuffer direct = ByteBuffer.allocateDirect(8);
    direct.put(2, (byte) 2).position(2).limit(3);
    ByteBuffer array = ByteBuffer.wrap(new byte[] {9, 9, 2, 9}, 2, 1).slice();

    for (ByteBuffer buffer : List.of(direct, array, array.asReadOnlyBuffer())) {
      int before = buffer.position();
      ValueSource source = new ValueSource(buffer);

      assertThat(source.readInt()).isEqualTo(1);
      assertThat(source.remaining()).isZero();
      assertThat(buffer.position()).isEqualTo(before);
    }
  }

  @Test
  void aSinkIsUsedAgain() {
    ValueSink sink = new ValueSink();
    sink.writeInt(5);
    sink.truncate(0);
    sink.writeInt(1);

    assertThat(sink.toByteArray()).containsExactly(2);
    assertThatThrownBy(() -> sink.truncate(2)).isInstanceOf(IllegalArgumentException.class);
  }
}
