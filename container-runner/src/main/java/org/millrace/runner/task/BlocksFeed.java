package org.millrace.runner.task;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.runner.block.Block;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockReader;
import org.millrace.runner.block.LoggedBlockReader;
import org.millrace.runner.block.LoggedBlockReader.Run;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.codec.RecordReader;
import org.millrace.runner.shuffle.Futures;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;

/**
 * Received blocks in the order of the slices; a few are fetched ahead, from executors that hold
 * them or else from the log of one that is gone.
 */
final class BlocksFeed implements Feed {
  private static final int AHEAD = 4;
  private static final int RECORDS_A_STEP = 2_048;

  private final PageLoop loop;
  private final BlockReader blocks;
  private final LoggedBlockReader logs;
  private final RecordCodec codec;
  private final int stepBytes;
  private final BlockInput input;
  private final RecordConsumer head;
  private final TextConsumer textHead;
  private final ArrayDeque<CompletableFuture<Block>> fetches = new ArrayDeque<>();
  private final ArrayDeque<Run> runs = new ArrayDeque<>();
  private int runsOf = -1;
  private int slice;
  private long nextSequence;
  private CurrentBlock current;
  private long recordCount;

  /**
   * @param textHead takes text in bytes; null: {@code head} takes it as strings
   */
  BlocksFeed(
      PageLoop loop,
      BlockReader blocks,
      LoggedBlockReader logs,
      RecordCodec codec,
      int stepBytes,
      BlockInput input,
      RecordConsumer head,
      TextConsumer textHead) {
    this.loop = loop;
    this.blocks = blocks;
    this.logs = logs;
    this.codec = codec;
    this.stepBytes = stepBytes;
    this.input = input;
    this.head = head;
    this.textHead = textHead;
    if (input.getSlicesCount() > 0) {
      nextSequence = input.getSlices(0).getFrom();
    }
  }

  /** What is left of the block that is being pushed. */
  private static final class CurrentBlock {
    private final byte[] bytes;
    private final int limit;
    private final RecordReader reader;
    private int position;

    CurrentBlock(Block block, RecordCodec codec) {
      ByteBuffer payload = block.payload();
      if (block.codec() == BlockCodec.RECORDS) {
        reader = codec.reader(payload);
        bytes = null;
        limit = 0;
        return;
      }
      reader = null;
      if (payload.hasArray()) {
        bytes = payload.array();
        position = payload.arrayOffset() + payload.position();
      } else {
        bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
      }
      limit = position + payload.remaining();
    }
  }

  /** The read that brings the next block of the slice, or null. */
  private Run logged(BlockSlice from) {
    if (runsOf != slice) {
      runsOf = slice;
      runs.clear();
      runs.addAll(LoggedBlockReader.runs(from));
    }
    while (!runs.isEmpty() && runs.peek().until() <= nextSequence) {
      runs.remove();
    }
    return runs.peek();
  }

  /** From a holder; from the log when none has it any more. */
  private CompletableFuture<Block> fetch(BlockSlice from, long sequence, Run logged) {
    CompletableFuture<Block> held =
        blocks.read(new BlockId(from.getStreamId(), sequence), from.getHoldersList());
    if (logged == null) {
      return held;
    }
    return held.exceptionallyCompose(
        lost -> logs.read(logged).thenApply(all -> all.get((int) (sequence - logged.from()))));
  }

  private void readRun(Run run) {
    CompletableFuture<List<Block>> read = logs.read(run);
    for (; nextSequence < run.until(); nextSequence++) {
      int index = (int) (nextSequence - run.from());
      fetches.add(read.thenApply(all -> all.get(index)));
    }
  }

  private boolean fetchNext() {
    while (slice < input.getSlicesCount()) {
      BlockSlice from = input.getSlices(slice);
      if (nextSequence < from.getUntil()) {
        Run logged = logged(from);
        if (logged == null || !from.getHoldersList().isEmpty()) {
          fetches.add(fetch(from, nextSequence++, logged));
        } else {
          readRun(logged);
        }
        return true;
      }
      slice++;
      nextSequence = slice < input.getSlicesCount() ? input.getSlices(slice).getFrom() : 0;
    }
    return false;
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (current == null) {
      while (fetches.size() < AHEAD && fetchNext()) {
        continue;
      }
      CompletableFuture<Block> next = fetches.peek();
      if (next == null) {
        return Step.DONE;
      }
      if (!next.isDone()) {
        Futures.whenDone(next, wake);
        return Step.WAIT;
      }
      fetches.remove();
      current = new CurrentBlock(Futures.result(next), codec);
    }
    boolean more = current.reader != null ? pushRecords() : pushLines();
    if (!more) {
      current = null;
    }
    return Step.MORE;
  }

  private boolean pushRecords() throws Exception {
    recordCount += loop.push(current.reader, RECORDS_A_STEP, head);
    return current.reader.hasNext();
  }

  private boolean pushLines() throws Exception {
    int stopAt = Math.min(current.limit, current.position + stepBytes);
    long pushed =
        textHead != null
            ? loop.pushTexts(current.bytes, current.position, current.limit, stopAt, textHead)
            : loop.pushLines(current.bytes, current.position, current.limit, stopAt, head);
    int reached = (int) pushed;
    recordCount += pushed >>> 32;
    boolean stuck = reached == current.position;
    current.position = reached;
    return !stuck && reached < current.limit;
  }

  @Override
  public Step prepareToBlock(Runnable wake) {
    while (fetchNext()) {
      continue;
    }
    for (CompletableFuture<Block> fetch : fetches) {
      if (!fetch.isDone()) {
        Futures.whenDone(fetch, wake);
        return Step.WAIT;
      }
    }
    return Step.DONE;
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  @Override
  public void close() {
    fetches.clear();
    current = null;
  }
}
