package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.millrace.am.files.FileTracker;
import org.millrace.am.log.DriverState;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.QueueStreamNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ReceiverStreamNode;
import org.millrace.api.streaming.Time;
import org.millrace.checkpoint.log.DriverEvent.BatchCut;
import org.millrace.checkpoint.log.DriverEvent.CommitOutcome;
import org.millrace.checkpoint.log.FileRange;

/** Makes the input of batches from the event log, as it was when a driver before cut them. */
public final class PastCuts {
  private static final long RECORDS_UNKNOWN = -1;

  private final List<InputStreamNode> inputs;
  private final Map<Integer, FileTracker> files;
  private final int parallelism;

  public PastCuts(List<InputStreamNode> inputs, Map<Integer, FileTracker> files, int parallelism) {
    this.inputs = List.copyOf(inputs);
    this.files = Map.copyOf(files);
    this.parallelism = parallelism;
  }

  /**
   * Where the batches of the state go on.
   *
   * @param state of an application that was started; its inputs have today's numbers
   * @param recoveryMs the batch after which keyed state is known; at most the last decided one
   * @return fails with INPUT_UNAVAILABLE when a batch must be run whose input was in the memory of
   *     the program
   */
  public CompletableFuture<Resumption> resumption(
      DriverState state, long intervalMs, long recoveryMs) {
    long zeroMs = BatchLifecycle.zeroMs(state.started().startTimeMs(), intervalMs);
    long lastDecidedMs = Math.max(zeroMs, state.lastDecidedMs());
    long lastBatchMs = Math.max(lastDecidedMs, state.lastBatchMs());
    for (InputStreamNode input : inputs) {
      if (input instanceof QueueStreamNode queue) {
        queue.queue().goOnAfter(new Time(lastBatchMs));
      }
    }
    Map<Long, CompletableFuture<List<InputCut>>> open = new TreeMap<>();
    for (BatchCut cut : state.cuts()) {
      boolean decided = state.decided().containsKey(cut.batchTimeMs());
      open.put(cut.batchTimeMs(), restore(cut, decided));
    }
    return CompletableFuture.allOf(open.values().toArray(CompletableFuture[]::new))
        .thenApply(
            all -> {
              TreeMap<Long, List<InputCut>> cuts = new TreeMap<>();
              open.forEach((timeMs, cut) -> cuts.put(timeMs, cut.join()));
              return new Resumption(
                  zeroMs,
                  lastDecidedMs,
                  lastBatchMs,
                  Math.max(zeroMs, recoveryMs),
                  cuts,
                  state.decided().entrySet().stream()
                      .filter(batch -> batch.getValue() == CommitOutcome.SKIPPED)
                      .map(Map.Entry::getKey)
                      .collect(Collectors.toSet()),
                  state.failed());
            });
  }

  private CompletableFuture<List<InputCut>> restore(BatchCut cut, boolean decided) {
    Map<Integer, org.millrace.checkpoint.log.InputCut> logged = new HashMap<>();
    cut.inputs().forEach(input -> logged.put(input.inputId(), input));
    List<CompletableFuture<InputCut>> open = new ArrayList<>();
    try {
      for (InputStreamNode input : inputs) {
        open.add(restore(input, logged.get(input.inputId()), cut.batchTimeMs(), decided));
      }
    } catch (MillraceException lost) {
      return CompletableFuture.failedFuture(lost);
    }
    return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
        .thenApply(all -> open.stream().map(CompletableFuture::join).toList());
  }

  private CompletableFuture<InputCut> restore(
      InputStreamNode input,
      org.millrace.checkpoint.log.InputCut logged,
      long batchTimeMs,
      boolean decided) {
    int id = input.inputId();
    if (input instanceof FileStreamNode) {
      List<FileRange> parts =
          logged instanceof org.millrace.checkpoint.log.InputCut.FilesCut cut
              ? cut.partitions().stream().flatMap(List::stream).toList()
              : List.of();
      return files
          .get(id)
          .again(parts, parallelism)
          .thenApply(found -> new InputCut.Files(id, found.splits(), found.dataset()));
    } else if (input instanceof ReceiverStreamNode) {
      return CompletableFuture.completedFuture(
          logged instanceof org.millrace.checkpoint.log.InputCut.BlocksCut cut
              ? new InputCut.Blocks(id, cut.partitions(), RECORDS_UNKNOWN)
              : new InputCut.Blocks(id, List.of(), 0));
    }
    Optional<RddNode> again =
        logged == null
            ? Optional.empty()
            : ((QueueStreamNode) input).queue().again(new Time(batchTimeMs));
    if (logged != null && again.isEmpty() && !decided) {
      throw new MillraceException(
          ErrorCode.INPUT_UNAVAILABLE,
          "batch "
              + batchTimeMs
              + " ms was not committed before the restart, and its input from "
              + input.description()
              + " was in the memory of the program, which is gone; start the application on"
              + " another checkpoint directory, and read what must not be lost by receivers or from"
              + " files instead of queueStream");
    }
    return CompletableFuture.completedFuture(
        new InputCut.Queued(id, again.orElseGet(EmptyNode::new)));
  }
}
