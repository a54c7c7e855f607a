package org.millrace.runner.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class BlockLayoutTest {
  private static final BlockId ID = new BlockId(7L << 32 | 3, 41);

  @Test
  void theBytesOfVersionOneStayAsTheyAre() {
    ByteBuffer encoded = encode("to be\nor not\n", "offset 9", 2);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "4d4c424b658c98440101000800000002"
                + "0000000d000000000000000700000003"
                + "000000000000002900000174876e8000"
                + "6f66667365742039"
                + "746f2062650a6f72206e6f740a");
  }

  @Test
  void readsBackWhatItWrote() {
    ByteBuffer encoded = encode("to be\nor not\n", "offset 9", 2);
    Block block = BlockLayout.decode(encoded);
    assertThat(block.id()).isEqualTo(ID);
    assertThat(block.codec()).isEqualTo(BlockCodec.TEXT_LINES);
    assertThat(block.recordCount()).isEqualTo(2);
    assertThat(block.arrivalTimeMs()).isEqualTo(1_600_000_000_000L);
    assertThat(StandardCharsets.UTF_8.decode(block.payload()).toString())
        .isEqualTo("to be\nor not\n");
    assertThat(
            StandardCharsets.UTF_8.decode(BlockLayout.header(encoded).sourcePosition()).toString())
        .isEqualTo("offset 9");
  }

  @Test
  void writesTheHeaderInFrontOfThePayloadWithoutMovingIt() {
    ByteBuffer area = ByteBuffer.allocate(200).position(100).limit(150);
    ByteBuffer encoded =
        BlockLayout.encodeInPlace(
            new BlockHeader(ID, BlockCodec.RECORDS, 1, 5, ByteBuffer.allocate(0)), area);
    assertThat(encoded.array()).isSameAs(area.array());
    assertThat(encoded.arrayOffset()).isEqualTo(100 - BlockLayout.HEADER_BYTES);
    assertThat(encoded.remaining()).isEqualTo(50 + BlockLayout.HEADER_BYTES);
  }

  @Test
  void refusesAnAreaWithoutRoomForTheHeader() {
    BlockHeader header = new BlockHeader(ID, BlockCodec.RECORDS, 1, 5, ByteBuffer.allocate(0));
    ByteBuffer area = ByteBuffer.allocate(60).position(47);
    assertThatThrownBy(() -> BlockLayout.encodeInPlace(header, area))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("47 bytes in front");
  }

  @Test
  void noticesEveryDamagedByte() {
    ByteBuffer encoded = encode("some text\n", "p", 1);
    for (int i = 0; i < encoded.remaining(); i++) {
      encoded.put(i, (byte) (encoded.get(i) ^ 0x10));
      assertThatThrownBy(() -> BlockLayout.decode(encoded))
          .as("byte %d", i)
          .asInstanceOf(InstanceOfAssertFactories.type(MillraceException.class))
          .extracting(MillraceException::code)
          .isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
      encoded.put(i, (byte) (encoded.get(i) ^ 0x10));
    }
    assertThat(BlockLayout.decode(encoded).id()).isEqualTo(ID);
  }

  @Test
  void anyBytesAreABlockOrAreRefusedWithoutAllocatingWhatTheySay() {
    SplittableRandom random = new SplittableRandom(4711);
    int refused = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(120)];
      random.nextBytes(bytes);
      ByteBuffer input = ByteBuffer.wrap(bytes);
      if (bytes.length > 12 && random.nextBoolean()) {
        input.putInt(0, BlockLayout.MAGIC).put(8, BlockLayout.VERSION).put(9, (byte) 1);
        if (bytes.length >= 48 && random.nextBoolean()) {
          input.putShort(10, (short) random.nextInt(bytes.length));
          input.putInt(16, random.nextInt(bytes.length)).putInt(20, 0);
        }
      }
      try {
        BlockLayout.decode(input);
      } catch (MillraceException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        refused++;
      }
    }
    assertThat(refused).isEqualTo(200_000);
  }

  private static ByteBuffer encode(String text, String position, int records) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer area = ByteBuffer.allocate(64 + payload.length).put(64, payload).position(64);
    BlockHeader header =
        new BlockHeader(
            ID,
            BlockCodec.TEXT_LINES,
            records,
            1_600_000_000_000L,
            ByteBuffer.wrap(position.getBytes(StandardCharsets.UTF_8)));
    return BlockLayout.encodeInPlace(header, area);
  }
}
