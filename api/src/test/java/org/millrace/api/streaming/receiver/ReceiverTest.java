package org.millrace.api.streaming.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
