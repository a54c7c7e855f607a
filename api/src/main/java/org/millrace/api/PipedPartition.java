package org.millrace.api;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.FlatMapFunction;

/**
 * Sends the records of a partition through a command, a line each.
 *
 * @param command program and arguments
 * @param environment added to the environment of the executor
 * @param hasOwnDirectory whether it runs in a new directory with links to the files of the
 *     executor's
 * @param bufferBytes of what is written to it
 * @param encoding name of a charset
 */
record PipedPartition<T>(
    List<String> command,
    Map<String, String> environment,
    boolean hasOwnDirectory,
    int bufferBytes,
    String encoding)
    implements FlatMapFunction<Iterator<T>, String> {

  PipedPartition {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    if (command.isEmpty() || bufferBytes < 1) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "pipe to the command "
              + command
              + " with a buffer of "
              + bufferBytes
              + " bytes; name a program, and at least 1 byte");
    }
    try {
      Charset.forName(encoding);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "pipe with the encoding " + encoding + ", which this Java does not know; try UTF-8",
          e);
    }
  }

  /** The words of a command, which blanks separate; there is no way to quote them. */
  static List<String> words(String command) {
    return Arrays.stream(command.trim().split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  @Override
  public Iterator<String> call(Iterator<T> records) {
    return new PipedProcess(this, records);
  }
}
