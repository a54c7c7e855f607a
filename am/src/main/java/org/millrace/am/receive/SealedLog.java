package org.millrace.am.receive;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.blocklog.BlockLogIndex;
import org.millrace.checkpoint.blocklog.LoggedBlock;
import org.millrace.checkpoint.blocklog.StreamBlocks;
import org.millrace.runner.block.LoggedSource;
import org.millrace.runner.wire.proto.LoggedBlocks;

/** What is in the block log of an executor that was given up. Immutable. */
public final class SealedLog {
  private final String name;
  private final Optional<BlockLogIndex> index;

  private SealedLog(String name, Optional<BlockLogIndex> index) {
    this.name = Objects.requireNonNull(name, "name");
    this.index = index;
  }

  /** A log that nothing was written to. */
  public static SealedLog empty(String name) {
    return new SealedLog(name, Optional.empty());
  }

  public static SealedLog of(String name, BlockLogIndex index) {
    return new SealedLog(name, Optional.of(index));
  }

  public String name() {
    return name;
  }

  private Optional<StreamBlocks> blocks(long streamId) {
    return index.map(found -> found.streams().get(streamId));
  }

  boolean has(long streamId) {
    return blocks(streamId).isPresent();
  }

  /** The number behind the last block of a stream; 0 when there is none. */
  long end(long streamId) {
    return blocks(streamId).map(StreamBlocks::end).orElse(0L);
  }

  private boolean covers(long streamId, long from, long until) {
    return blocks(streamId)
        .filter(found -> found.first() <= from && until <= found.end())
        .isPresent();
  }

  /** Records in blocks {@code [from, until)} of a stream, as far as they are in the log. */
  long records(long streamId, long from, long until) {
    return blocks(streamId).stream()
        .flatMap(found -> found.blocks().stream())
        .filter(block -> from <= block.sequence() && block.sequence() < until)
        .mapToLong(LoggedBlock::recordCount)
        .sum();
  }

  /** Where blocks {@code [from, until)} are, in order; empty when not all of them are here. */
  List<LoggedBlocks> locate(long streamId, long from, long until) {
    if (!covers(streamId, from, until)) {
      return List.of();
    }
    BlockLogIndex found = index.orElseThrow();
    List<LoggedBlocks> located = new ArrayList<>();
    LoggedBlocks.Builder inSegment = null;
    for (LoggedBlock block : found.streams().get(streamId).range(from, until)) {
      String segment = block.location().segment();
      if (inSegment == null || !inSegment.getSegment().equals(segment)) {
        if (inSegment != null) {
          located.add(inSegment.build());
        }
        inSegment = LoggedBlocks.newBuilder().setDirectory(found.directory()).setSegment(segment);
      }
      inSegment.addOffsets(block.location().offset()).addLengths(block.location().length());
    }
    if (inSegment != null) {
      located.add(inSegment.build());
    }
    return located;
  }

  /** Where the sources of a stream are to be resumed behind what is here. */
  List<SourcePosition> positions(long streamId) {
    return index.stream()
        .flatMap(found -> found.positions().values().stream())
        .filter(logged -> isOf(streamId, logged))
        .map(LoggedSource::source)
        .toList();
  }

  private static boolean isOf(
      long streamId, org.millrace.checkpoint.blocklog.SourcePosition logged) {
    return LoggedSource.stream(logged).stream().anyMatch(stream -> stream == streamId);
  }

  @Override
  public String toString() {
    return name
        + index
            .map(
                found ->
                    " with %d streams, %d torn bytes"
                        .formatted(found.streams().size(), found.tornBytes()))
            .orElse(", which was never written");
  }
}
