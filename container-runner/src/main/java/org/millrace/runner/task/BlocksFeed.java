package org.millrace.runner.task;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.millrace.runner.block.Block;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockReader;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.codec.RecordReader;
import org.millrace.runner.shuffle.Futures;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;

/** Received blocks in the order of the slices; a few are fetched ahead. */
final class BlocksFeed implements Feed {
  private static final int AHEAD = 4;
  private static final int RECORDS_A_STEP = 2_048;

  private final PageLoop loop;
  private final BlockReader blocks;
  private final RecordCodec codec;
  private final int stepBytes;
  private final BlockInput input;
  private final RecordConsumer head;
  private final ArrayDeque<CompletableFuture<Block>> fetches = new ArrayDeque<>();
  private int slice;
  private long nextSequence;
  private CurrentBlock current;
  private long recordCount;

  BlocksFeed(
      PageLoop loop,
      BlockReader blocks,
      RecordCodec codec,
      int stepBytes,
      BlockInput input,
      RecordConsumer head) {
    this.loop = loop;
    this.blocks = blocks;
    this.codec = codec;
    this.stepBytes = stepBytes;
    this.input = input;
    this.head = head;
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

  private boolean fetchNext() {
    while (slice < input.getSlicesCount()) {
      BlockSlice from = input.getSlices(slice);
      if (nextSequence < from.getUntil()) {
        BlockId id = new BlockId(from.getStreamId(), nextSequence++);
        fetches.add(blocks.read(id, from.getHoldersList()));
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
    long pushed = loop.pushLines(current.bytes, current.position, current.limit, stopAt, head);
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
