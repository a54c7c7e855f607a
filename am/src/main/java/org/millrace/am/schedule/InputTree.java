package org.millrace.am.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.ConcatInput;
import org.millrace.runner.wire.proto.ConcatPiece;
import org.millrace.runner.wire.proto.FoldInput;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StoredInput;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.ZipInput;

/** What a task reads, as a tree of inputs of which the leaves are read. */
final class InputTree {
  private InputTree() {}

  /**
   * What a task reads that is not of the job itself.
   *
   * @param blocks all of them
   * @param splits the parts of files, in the order in which a task says how many records they have
   */
  record Leaves(List<BlockSlice> blocks, List<TaskInput> splits) {
    static final Leaves NONE = new Leaves(List.of(), List.of());
  }

  static Leaves leaves(TaskInput tree) {
    if (readsShufflesOnly(tree)) {
      return Leaves.NONE;
    }
    List<BlockSlice> blocks = new ArrayList<>();
    List<TaskInput> splits = new ArrayList<>(0);
    visit(
        tree,
        leaf -> {
          blocks.addAll(leaf.getBlocks().getSlicesList());
          if (leaf.hasFile() || leaf.hasSplit()) {
            splits.add(leaf);
          }
        });
    return new Leaves(blocks, splits);
  }

  /** The usual case; false when it takes more to know. */
  private static boolean readsShufflesOnly(TaskInput tree) {
    return switch (tree.getKindCase()) {
      case SHUFFLE, KIND_NOT_SET -> true;
      case STATE ->
          tree.getState().getChildrenCount() == 1
              && readsShufflesOnly(tree.getState().getChildren(0));
      default -> false;
    };
  }

  /** The kept partitions that the task reads. */
  static List<StoredInput> stored(TaskInput tree) {
    List<StoredInput> stored = new ArrayList<>();
    visit(
        tree,
        leaf -> {
          if (leaf.hasStored()) {
            stored.add(leaf.getStored());
          }
        });
    return stored;
  }

  /** The same tree with other block slices. */
  static TaskInput mapBlocks(TaskInput tree, UnaryOperator<BlockSlice> f) {
    return switch (tree.getKindCase()) {
      case BLOCKS -> {
        BlockInput.Builder blocks = BlockInput.newBuilder();
        tree.getBlocks().getSlicesList().forEach(slice -> blocks.addSlices(f.apply(slice)));
        yield TaskInput.newBuilder().setBlocks(blocks).build();
      }
      case CONCAT -> {
        ConcatInput.Builder concat = ConcatInput.newBuilder();
        for (ConcatPiece piece : tree.getConcat().getPiecesList()) {
          concat.addPieces(piece.toBuilder().setInput(mapBlocks(piece.getInput(), f)));
        }
        yield TaskInput.newBuilder().setConcat(concat).build();
      }
      case ZIP -> {
        ZipInput.Builder zip = ZipInput.newBuilder();
        tree.getZip().getChildrenList().forEach(child -> zip.addChildren(mapBlocks(child, f)));
        yield TaskInput.newBuilder().setZip(zip).build();
      }
      case FOLD ->
          TaskInput.newBuilder()
              .setFold(FoldInput.newBuilder().setChild(mapBlocks(tree.getFold().getChild(), f)))
              .build();
      case STATE -> {
        StateInput.Builder state = tree.getState().toBuilder().clearChildren();
        tree.getState().getChildrenList().forEach(child -> state.addChildren(mapBlocks(child, f)));
        yield TaskInput.newBuilder().setState(state).build();
      }
      case FILE, RECORDS, SPLIT, SHUFFLE, STORED, KIND_NOT_SET -> tree;
    };
  }

  private static void visit(TaskInput tree, Consumer<TaskInput> leaf) {
    switch (tree.getKindCase()) {
      case CONCAT ->
          tree.getConcat().getPiecesList().forEach(piece -> visit(piece.getInput(), leaf));
      case ZIP -> tree.getZip().getChildrenList().forEach(child -> visit(child, leaf));
      case FOLD -> visit(tree.getFold().getChild(), leaf);
      case STATE -> tree.getState().getChildrenList().forEach(child -> visit(child, leaf));
      case BLOCKS, FILE, RECORDS, SPLIT, SHUFFLE, STORED, KIND_NOT_SET -> leaf.accept(tree);
    }
  }
}
