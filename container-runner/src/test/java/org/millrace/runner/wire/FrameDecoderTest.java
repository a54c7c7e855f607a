package org.millrace.runner.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.Ping;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.StreamMark;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskSpec;

class FrameDecoderTest {
  private static final Frame PING =
      Frame.of(Envelope.newBuilder().setEpoch(1).setPing(Ping.newBuilder().setNumber(5)).build());

  private final List<Integer> allocated = new ArrayList<>();
  private final FrameDecoder decoder = newDecoder();

  private FrameDecoder newDecoder() {
    return new FrameDecoder(
        size -> {
          allocated.add(size);
          return new byte[size];
        });
  }

  private static ByteBuffer header(int restBytes, int envelopeBytes) {
    return ByteBuffer.allocate(8).putInt(restBytes).putInt(envelopeBytes).flip();
  }

  private static byte[] bytesOf(Frame frame) {
    ByteBuffer head = FrameLayout.head(frame);
    ByteBuffer payload = frame.payload().bytes();
    byte[] bytes = new byte[FrameLayout.checkedSizeBytes(frame)];
    ByteBuffer.wrap(bytes).put(head).put(payload);
    return bytes;
  }

  private void assertViolation(ByteBuffer input) {
    assertThatThrownBy(() -> decoder.next(input))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
    assertThat(allocated).isEmpty();
  }

  @Test
  void takesAFrameWhereverItIsCut() {
    byte[] payload = {1, 2, 3, 4, 5, 6, 7};
    Frame frame = Frame.of(PING.envelope(), ByteBuffer.wrap(payload));
    byte[] bytes = bytesOf(frame);
    for (int cut = 1; cut < bytes.length; cut++) {
      assertThat(decoder.next(ByteBuffer.wrap(bytes, 0, cut))).isNull();
      assertThat(decoder.isInsideFrame()).isTrue();

      Frame decoded = decoder.next(ByteBuffer.wrap(bytes, cut, bytes.length - cut));

      assertThat(decoded.envelope()).isEqualTo(PING.envelope());
      assertThat(decoded.payload().bytes()).isEqualTo(ByteBuffer.wrap(payload));
      assertThat(decoder.isInsideFrame()).isFalse();
    }
  }

  @Test
  void takesOneFrameAtATime() {
    byte[] bytes = bytesOf(PING);
    ByteBuffer three = ByteBuffer.allocate(3 * bytes.length).put(bytes).put(bytes).put(bytes);
    three.flip();

    for (int i = 0; i < 3; i++) {
      assertThat(decoder.next(three)).isEqualTo(PING);
    }
    assertThat(decoder.next(three)).isNull();
    assertThat(decoder.isInsideFrame()).isFalse();
  }

  @Test
  void payloadIsOneArrayOfItsSize() {
    Frame frame = Frame.of(PING.envelope(), ByteBuffer.allocate(100_000));

    ByteBuffer payload = decoder.next(ByteBuffer.wrap(bytesOf(frame))).payload().bytes();

    assertThat(payload.hasArray()).isTrue();
    assertThat(payload.array()).hasSize(100_000);
    assertThat(allocated).containsExactly(PING.envelope().getSerializedSize(), 100_000);
  }

  @Test
  void refusesALengthOverTheBoundBeforeItAllocates() {
    assertViolation(header(FrameLayout.MAX_FRAME_BYTES + 1, 10));
  }

  @Test
  void refusesTheLargestLength() {
    assertViolation(header(Integer.MAX_VALUE, Integer.MAX_VALUE));
  }

  @Test
  void refusesANegativeLength() {
    assertViolation(header(-1, 10));
  }

  @Test
  void refusesALengthBelowItsOwnField() {
    assertViolation(header(3, 0));
  }

  @Test
  void refusesAnEnvelopeOverTheBound() {
    assertViolation(header(FrameLayout.MAX_FRAME_BYTES, FrameLayout.MAX_ENVELOPE_BYTES + 1));
  }

  @Test
  void refusesAnEnvelopeThatIsLongerThanItsFrame() {
    assertViolation(header(20, 17));
  }

  @Test
  void refusesANegativeEnvelope() {
    assertViolation(header(20, -1));
  }

  @Test
  void refusesAnEnvelopeWithoutAMessage() {
    assertThatThrownBy(() -> decoder.next(header(4, 0)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
  }

  @Test
  void refusesAnEnvelopeThatIsDeeperThanProtobufAllows() {
    // Field 100 as a group inside of itself, a thousand times: unknown, but parsed.
    byte[] nested = new byte[2_000];
    for (int i = 0; i < nested.length; i += 2) {
      nested[i] = (byte) 0xa3;
      nested[i + 1] = 0x06;
    }
    ByteBuffer frame = ByteBuffer.allocate(8 + nested.length);
    frame.putInt(4 + nested.length).putInt(nested.length).put(nested).flip();

    assertThatThrownBy(() -> decoder.next(frame))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
  }

  /** Random and mutated input: frames or the typed failure, and no allocation over the bounds. */
  @Test
  void survivesRandomAndMutatedInput() {
    long seed = Long.getLong("org.millrace.fuzz.seed", 20_261_121L);
    Random random = new Random(seed);
    List<byte[]> corpus = corpus(random);
    int frames = 0;
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] input = mutate(corpus.get(random.nextInt(corpus.size())), random);
      FrameDecoder target = newDecoder();
      allocated.clear();
      try {
        frames += decodeInPieces(target, input, random);
      } catch (MillraceException expected) {
        assertThat(expected.code())
            .as("seed %d, round %d", seed, i)
            .isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        refused++;
      }
      assertThat(allocated)
          .as("seed %d, round %d", seed, i)
          .allSatisfy(size -> assertThat(size).isBetween(0, FrameLayout.MAX_FRAME_BYTES));
    }
    assertThat(frames).isGreaterThan(1_000);
    assertThat(refused).isGreaterThan(1_000);
  }

  private static List<byte[]> corpus(Random random) {
    Heartbeat.Builder heartbeat = Heartbeat.newBuilder();
    for (int i = 0; i < 5; i++) {
      heartbeat.addMarks(
          StreamMark.newBuilder().setStreamId(random.nextLong()).setUntil(random.nextInt()));
    }
    RunTasks.Builder tasks = RunTasks.newBuilder().setJobId(random.nextLong());
    for (int i = 0; i < 5; i++) {
      BlockSlice slice = BlockSlice.newBuilder().setUntil(i).addHolders(1).addHolders(2).build();
      tasks.addTasks(
          TaskSpec.newBuilder()
              .setInput(TaskInput.newBuilder().setBlocks(BlockInput.newBuilder().addSlices(slice)))
              .setArgument("hdfs://name/" + i));
    }
    return List.of(
        bytesOf(PING),
        bytesOf(Frame.of(PING.envelope(), ByteBuffer.allocate(300))),
        bytesOf(Frame.of(Envelope.newBuilder().setHeartbeat(heartbeat).build())),
        bytesOf(Frame.of(Envelope.newBuilder().setRunTasks(tasks).build())),
        new byte[64]);
  }

  private static byte[] mutate(byte[] original, Random random) {
    byte[] bytes = Arrays.copyOf(original, original.length + random.nextInt(20));
    int changes = random.nextInt(6);
    for (int i = 0; i < changes; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    if (random.nextInt(4) == 0) {
      // Large lengths would pass random bytes by; they are what a hostile peer begins with.
      ByteBuffer.wrap(bytes).putInt(random.nextInt(2) * 4, random.nextInt());
    }
    return bytes;
  }

  private static int decodeInPieces(FrameDecoder target, byte[] input, Random random) {
    int frames = 0;
    int from = 0;
    while (from < input.length) {
      int length = Math.min(input.length - from, 1 + random.nextInt(40));
      ByteBuffer piece = ByteBuffer.wrap(input, from, length);
      while (piece.hasRemaining()) {
        frames += target.next(piece) == null ? 0 : 1;
      }
      from += length;
    }
    return frames;
  }
}
