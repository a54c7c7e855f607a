package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.files.FileTracker;
import org.millrace.am.receive.ReceiverTracker;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.QueueStreamNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ReceiverStreamNode;
import org.millrace.api.streaming.Time;

/** Asks each input what belongs to a batch. Owned by the driver loop. */
public final class InputCutter {
  private final List<InputStreamNode> inputs;
  private final ReceiverTracker receivers;
  private final Map<Integer, FileTracker> files;
  private final int parallelism;

  public InputCutter(
      List<InputStreamNode> inputs,
      ReceiverTracker receivers,
      Map<Integer, FileTracker> files,
      int parallelism) {
    this.inputs = List.copyOf(inputs);
    this.receivers = receivers;
    this.files = new HashMap<>(files);
    this.parallelism = parallelism;
  }

  /** The cuts in the order of the inputs; completes on the driver loop. */
  CompletableFuture<List<InputCut>> cut(long batchTimeMs) {
    List<CompletableFuture<InputCut>> open = new ArrayList<>(inputs.size());
    try {
      for (InputStreamNode input : inputs) {
        open.add(cut(input, batchTimeMs));
      }
    } catch (RuntimeException failure) {
      // A queue is the program's code.
      return CompletableFuture.failedFuture(failure);
    }
    return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
        .thenApply(all -> open.stream().map(CompletableFuture::join).toList());
  }

  /** The cuts of a batch that reads nothing, in the order of the inputs. */
  List<InputCut> nothing() {
    return inputs.stream().map(InputCutter::nothing).toList();
  }

  private static InputCut nothing(InputStreamNode input) {
    int id = input.inputId();
    if (input instanceof ReceiverStreamNode) {
      return new InputCut.Blocks(id, List.of(), 0);
    } else if (input instanceof FileStreamNode) {
      return new InputCut.Files(id, List.of(), new EmptyNode());
    }
    return new InputCut.Queued(id, new EmptyNode());
  }

  /** A batch has these cuts: they are not dealt again. */
  void taken(List<InputCut> cuts) {
    for (InputCut cut : cuts) {
      if (cut instanceof InputCut.Blocks blocks) {
        receivers.taken(blocks.partitions());
      } else if (cut instanceof InputCut.Files taken) {
        files.get(taken.inputId()).taken(taken.splits());
      }
    }
  }

  /** No batch needs the input of these cuts any more. */
  void release(List<InputCut> cuts) {
    List<List<BlockRange>> blocks = new ArrayList<>();
    for (InputCut cut : cuts) {
      if (cut instanceof InputCut.Blocks of) {
        blocks.addAll(of.partitions());
      }
    }
    if (!blocks.isEmpty()) {
      receivers.release(blocks);
    }
  }

  boolean hasMore() {
    return receivers.hasUncutBlocks();
  }

  private CompletableFuture<InputCut> cut(InputStreamNode input, long batchTimeMs) {
    int id = input.inputId();
    if (input instanceof ReceiverStreamNode) {
      List<List<BlockRange>> partitions = receivers.cut(id, parallelism);
      long records = receivers.records(partitions);
      return CompletableFuture.completedFuture(new InputCut.Blocks(id, partitions, records));
    } else if (input instanceof FileStreamNode) {
      return files
          .get(id)
          .find(parallelism)
          .thenApply(found -> (InputCut) new InputCut.Files(id, found.splits(), found.dataset()));
    }
    RddNode queued = ((QueueStreamNode) input).queue().take(new Time(batchTimeMs));
    return CompletableFuture.completedFuture(
        new InputCut.Queued(id, queued == null ? new EmptyNode() : queued));
  }
}
