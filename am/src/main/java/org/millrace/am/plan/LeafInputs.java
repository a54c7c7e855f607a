package org.millrace.am.plan;

import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.HadoopInputNode;
import org.millrace.api.graph.HadoopSplit;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.TextFilesNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.FileInput;
import org.millrace.runner.wire.proto.RecordsInput;
import org.millrace.runner.wire.proto.SplitInput;
import org.millrace.runner.wire.proto.TaskInput;

/** What a task is told of the sources that it reads. Owned by the thread that plans. */
public final class LeafInputs {
  private final Shipping shipping;

  LeafInputs(Shipping shipping) {
    this.shipping = shipping;
  }

  /** What tasks are told of the parts of files that a dataset of an input consists of. */
  public static List<TaskInput> ofFiles(RddNode dataset) {
    List<TaskInput> leaves = new ArrayList<>();
    if (dataset instanceof TextFilesNode files) {
      files.splits().forEach(split -> leaves.add(file(split)));
    } else if (dataset instanceof HadoopInputNode input) {
      input.splits().forEach(split -> leaves.add(split(split)));
    } else if (dataset instanceof UnionNode union) {
      union.parents().forEach(part -> leaves.addAll(ofFiles(part)));
    }
    return leaves;
  }

  /** Blocks; who holds them is added when the task is sent. */
  static TaskInput blocks(List<BlockRange> ranges) {
    BlockInput.Builder input = BlockInput.newBuilder();
    for (BlockRange range : ranges) {
      input.addSlices(
          BlockSlice.newBuilder()
              .setStreamId(range.streamId())
              .setFrom(range.from())
              .setUntil(range.until()));
    }
    return TaskInput.newBuilder().setBlocks(input).build();
  }

  static TaskInput file(FileSplit split) {
    return TaskInput.newBuilder()
        .setFile(
            FileInput.newBuilder()
                .setPath(split.path())
                .setOffset(split.offset())
                .setLengthBytes(split.lengthBytes())
                .setModificationTimeMs(split.modificationTimeMs()))
        .build();
  }

  static TaskInput split(HadoopSplit split) {
    return TaskInput.newBuilder()
        .setSplit(
            SplitInput.newBuilder().setSplit(UnsafeByteOperations.unsafeWrap(split.content())))
        .build();
  }

  TaskInput records(List<Object> records) {
    return TaskInput.newBuilder()
        .setRecords(
            RecordsInput.newBuilder()
                .setRecords(shipping.records(records))
                .setRecordCount(records.size()))
        .build();
  }
}
