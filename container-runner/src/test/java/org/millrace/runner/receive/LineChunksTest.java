package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class LineChunksTest {
  private static List<String> chunks(ByteBuffer lines, int chunkBytes) {
    List<String> chunks = new ArrayList<>();
    LineChunks all = new LineChunks(lines, chunkBytes);
    while (all.hasNext()) {
      chunks.add(StandardCharsets.UTF_8.decode(all.next()).toString());
    }
    assertThatThrownBy(all::next).isInstanceOf(NoSuchElementException.class);
    return chunks;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void cutsBetweenLines() {
    assertThat(chunks(bytes("one\ntwo\nthree\n"), 8)).containsExactly("one\ntwo\n", "three\n");
    assertThat(chunks(bytes("one\ntwo\nthree\n"), 9)).containsExactly("one\ntwo\n", "three\n");
    assertThat(chunks(bytes("one\ntwo\n"), 100)).containsExactly("one\ntwo\n");
    assertThat(chunks(bytes(""), 10)).isEmpty();
  }

  @Test
  void leavesALongLineWhole() {
    assertThat(chunks(bytes("a\nlonger than that\nb\n"), 4))
        .containsExactly("a\n", "longer than that\n", "b\n");
  }

  @Test
  void readsFromPositionToLimit() {
    ByteBuffer lines = bytes("skip\none\ntwo\nrest").position(5).limit(13);
    assertThat(chunks(lines.slice(), 4)).containsExactly("one\n", "two\n");
    ByteBuffer direct = ByteBuffer.allocateDirect(8).put(bytes("one\ntwo\n")).flip();
    assertThat(chunks(direct, 4)).containsExactly("one\n", "two\n");
  }
}
