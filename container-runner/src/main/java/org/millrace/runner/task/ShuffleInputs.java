package org.millrace.runner.task;

import java.util.LinkedHashSet;
import java.util.Set;
import org.millrace.runner.wire.proto.ConcatPiece;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.TaskInput;

/** The reduce partitions that a task reads, wherever in the tree of its input. */
final class ShuffleInputs {
  private ShuffleInputs() {}

  /** Each once, in the order of the tree. */
  static Set<ShuffleInput> of(TaskInput input) {
    Set<ShuffleInput> found = new LinkedHashSet<>();
    collect(input, found);
    return found;
  }

  private static void collect(TaskInput input, Set<ShuffleInput> found) {
    switch (input.getKindCase()) {
      case SHUFFLE -> found.add(input.getShuffle());
      case CONCAT -> {
        for (ConcatPiece piece : input.getConcat().getPiecesList()) {
          collect(piece.getInput(), found);
        }
      }
      case ZIP -> input.getZip().getChildrenList().forEach(child -> collect(child, found));
      case FOLD -> collect(input.getFold().getChild(), found);
      case STATE -> input.getState().getChildrenList().forEach(child -> collect(child, found));
      case BLOCKS, FILE, RECORDS, STORED, SPLIT, KIND_NOT_SET -> {
        // Nothing to wait for before a slot takes the task.
      }
    }
  }
}
