package org.millrace.api.streaming.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.api.StorageLevels;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class ReceiverTest {
  private final RecordingSupervisor supervisor = new RecordingSupervisor();

  private static final class QuietReceiver extends Receiver<String> {
    private static final long serialVersionUID = 1L;

    private final BlockFormat format;

    QuietReceiver(BlockFormat format) {
      super(StorageLevels.MEMORY_ONLY_SER);
      this.format = format;
    }

    @Override
    protected BlockFormat blockFormat() {
      return format;
    }

    @Override
    public void onStart() {}

    @Override
    public void onStop() {}
  }

  private QuietReceiver attached(BlockFormat format) {
    QuietReceiver receiver = new QuietReceiver(format);
    receiver.attach(supervisor);
    return receiver;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void handsRecordsToTheEngine() {
    QuietReceiver receiver = attached(BlockFormat.OBJECTS);
    receiver.store("a");
    receiver.store(List.of("b", "c"));
    receiver.store(List.of("d").iterator(), "offset 4");
    receiver.store(List.of("e"), "offset 5");

    assertThat(supervisor.rest())
        .containsExactly("store a", "storeAll [b, c]", "storeAll [d]", "storeAll [e]");
    assertThat(receiver.streamId()).isEqualTo(3);
    assertThat(receiver.isStarted()).isTrue();
    assertThat(receiver.isStopped()).isFalse();
    assertThat(receiver.preferredLocation().isPresent()).isFalse();
    assertThat(receiver.storageLevel()).isEqualTo(StorageLevels.MEMORY_ONLY_SER);
  }

  @Test
  void handsRecordsWithTheirPositionToTheEngine() {
    QuietReceiver receiver = attached(BlockFormat.OBJECTS);
    SourcePosition position = SourcePosition.of("a", 5);
    Object metadata = SourcePosition.of("c", 7);
    receiver.store(List.of("x", "y"), position);
    receiver.store(List.of("z").iterator(), metadata);
    assertThat(receiver.storeAsync(List.of("w").iterator(), position)).isDone();
    QuietReceiver lines = attached(BlockFormat.TEXT_LINES);
    lines.store(bytes("l\n"), SourcePosition.of("b", new byte[] {1, (byte) 255}));

    assertThat(supervisor.rest())
        .containsExactly(
            "storeAt [x, y] 'a' at 5",
            "storeAt [z] 'c' at 7",
            "storeAt [w] 'a' at 5",
            "storeBytesAt l\n 'b' at 01ff");
  }

  @Test
  void throwsWhatMadeAStoreWithAPositionFail() {
    MillraceException unknown = new MillraceException(ErrorCode.EXECUTOR_LOST, "the log is gone");
    QuietReceiver receiver = new QuietReceiver(BlockFormat.OBJECTS);
    receiver.attach(new RecordingSupervisor(CompletableFuture.failedFuture(unknown)));

    assertThatThrownBy(() -> receiver.store(List.of("x"), SourcePosition.of("c", 1)))
        .isSameAs(unknown);
    assertThatThrownBy(() -> SourcePosition.of("x".repeat(400), 1))
        .hasMessageContaining("400 characters");
    assertThatThrownBy(() -> SourcePosition.of("", 1)).hasMessageContaining("empty name");
  }

  @Test
  void knowsWhereItsSourcesAreToBeResumed() {
    SourcePosition one = SourcePosition.of("one", 10);
    SourcePosition two = SourcePosition.of("two", 20);
    QuietReceiver receiver = new QuietReceiver(BlockFormat.OBJECTS);
    receiver.attach(new RecordingSupervisor(CompletableFuture.completedFuture(null), one, two));

    assertThat(receiver.lastPosition("one").get()).isEqualTo(one);
    assertThat(receiver.lastPosition("three").isPresent()).isFalse();
    assertThatThrownBy(receiver::lastPosition).hasMessageContaining("several sources");
    assertThat(receiver.lastPositions()).containsExactly(one, two);
    assertThat(attached(BlockFormat.OBJECTS).lastPosition().isPresent()).isFalse();
  }

  @Test
  void asksForRestartAndStop() {
    QuietReceiver receiver = attached(BlockFormat.OBJECTS);
    Exception cause = new Exception("x");
    receiver.restart("one");
    receiver.restart("two", cause);
    receiver.restart("three", cause, 500);
    receiver.reportError("four", cause);
    receiver.stop("five");
    receiver.stop("six", cause);

    assertThat(supervisor.rest())
        .containsExactly(
            "restart -1 one",
            "restart -1 two",
            "restart 500 three",
            "reportError four",
            "stop five",
            "stop six");
    assertThatThrownBy(() -> receiver.restart("now", cause, -1))
        .isInstanceOf(MillraceException.class);
  }

  @Test
  void storesWholeLinesAsBytes() {
    QuietReceiver receiver = attached(BlockFormat.TEXT_LINES);
    receiver.store(bytes("one\ntwo\n"));
    receiver.store(bytes("three\n"), "offset 3");
    receiver.store(ByteBuffer.allocate(0));
    receiver.storeLines(bytes("four\n"));
    receiver.storeLines(ByteBuffer.allocate(0));

    assertThat(supervisor.rest())
        .containsExactly("storeAllBytes one\ntwo\n", "storeAllBytes three\n", "storeBytes four\n");
    assertThat(Receiver.blockFormat(receiver)).isEqualTo(BlockFormat.TEXT_LINES);
  }

  @Test
  void refusesBytesThatAreNoWholeLines() {
    assertThatThrownBy(() -> attached(BlockFormat.TEXT_LINES).store(bytes("half")))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("4 bytes");
    assertThatThrownBy(() -> attached(BlockFormat.OBJECTS).store(bytes("line\n")))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("TEXT_LINES");
  }

  @Test
  void refusesCallsBeforeItRuns() {
    QuietReceiver receiver = new QuietReceiver(BlockFormat.OBJECTS);

    assertThatThrownBy(() -> receiver.store("a"))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("not running");
    assertThat(receiver.isStarted()).isFalse();
    assertThat(receiver.isStopped()).isTrue();
  }
}
