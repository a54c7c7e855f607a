package org.millrace.checkpoint.blocklog;

import java.util.Map;
import java.util.Objects;

/**
 * What is in the sealed log of an executor. Immutable.
 *
 * @param directory where the log is now
 * @param streams the blocks of each stream
 * @param positions where each source is to be resumed, by its id
 * @param tornBytes bytes of unfinished appends, which were ignored
 */
public record BlockLogIndex(
    String directory,
    Map<Long, StreamBlocks> streams,
    Map<String, SourcePosition> positions,
    long tornBytes) {

  public BlockLogIndex {
    Objects.requireNonNull(directory, "directory");
    streams = Map.copyOf(streams);
    positions = Map.copyOf(positions);
  }
}
