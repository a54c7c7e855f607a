package org.millrace.testkit.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The text that the demo feeds, over and over. Immutable.
 *
 * @param lines at least one
 */
record DemoText(List<String> lines) {
  private static final String SHIPPED = "texts.txt";
  private static final long LARGEST_BYTES = 64L << 20;

  DemoText {
    lines = List.copyOf(lines);
    if (lines.isEmpty()) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT, "the text has no lines; give one that has some");
    }
  }

  /** The texts that come with the demo. */
  static DemoText shipped() {
    try (InputStream in = DemoText.class.getResourceAsStream(SHIPPED)) {
      return new DemoText(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new MillraceException(ErrorCode.INTERNAL, "cannot read the demo's own texts", e);
    }
  }

  /** A text file in UTF-8. */
  static DemoText of(Path file) {
    try {
      if (Files.size(file) > LARGEST_BYTES) {
        throw new MillraceException(
            ErrorCode.INVALID_ARGUMENT,
            "the text %s has %d bytes, the demo takes at most %d; it feeds the text in a loop, so a part of it will do"
                .formatted(file, Files.size(file), LARGEST_BYTES));
      }
      return new DemoText(Files.readAllLines(file));
    } catch (CharacterCodingException e) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT, "the text " + file + " is not in UTF-8", e);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT, "cannot read the text " + file + ": " + e, e);
    }
  }

  /** A place in the text that moves on and begins again at the end. Not thread-safe. */
  final class Cursor {
    private int next;

    /** The next lines. */
    List<String> take(int count) {
      List<String> taken = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        taken.add(lines.get(next));
        next = (next + 1) % lines.size();
      }
      return taken;
    }
  }
}
