package org.millrace.am.driver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.millrace.am.log.DriverState;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.WindowStreamNode;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.ApplicationStarted;
import org.millrace.checkpoint.log.DriverEvent.BatchCut;
import org.millrace.checkpoint.log.DriverEvent.BatchesCounted;
import org.millrace.checkpoint.log.DriverEvent.ExecutorJoined;
import org.millrace.checkpoint.log.DriverEvent.FilesSeen;
import org.millrace.checkpoint.log.DriverEvent.Operator;
import org.millrace.checkpoint.log.DriverEvent.OperatorKind;
import org.millrace.checkpoint.log.DriverEvent.OperatorsChanged;
import org.millrace.checkpoint.log.DriverEvent.SeenFile;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.DriverEvent.SourcesReached;
import org.millrace.checkpoint.log.DriverEvent.StatePartition;
import org.millrace.checkpoint.log.DriverEvent.StreamEnded;
import org.millrace.checkpoint.log.DriverEvent.StreamMarked;
import org.millrace.checkpoint.log.DriverEvent.StreamStarted;
import org.millrace.checkpoint.log.InputCut;
import org.millrace.runner.conf.Keys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the operators of today's program in the state that one before it left, by their uids, and
 * brings that state into today's numbers. Used once.
 */
final class OperatorMatch {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorMatch.class);

  private final DriverState before;
  private final List<Operator> today;
  private final StreamGraph graph;
  private final boolean mayDrop;

  /** Today's numbers of the inputs that were matched, by the ones they had. */
  private final Map<Integer, Integer> inputs = new HashMap<>();

  /** The same of the states. */
  private final Map<Integer, Integer> states = new HashMap<>();

  /** Operators of today that were there before. */
  private final List<Operator> matched = new ArrayList<>();

  private final Set<Long> droppedStreams = new HashSet<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * @param mayDrop whether input and state may be given up that the program does not have any more
   */
  OperatorMatch(DriverState before, List<Operator> today, StreamGraph graph, boolean mayDrop) {
    this.before = before;
    this.today = today;
    this.graph = graph;
    this.mayDrop = mayDrop;
  }

  /**
   * The state in today's numbers, for a driver of this application.
   *
   * @throws MillraceException CHECKPOINT_MISMATCH when it does not fit, with all that does not
   */
  DriverState translated(String applicationId) {
    match();
    long intervalMs = graph.batchInterval().milliseconds();
    boolean otherInterval = before.started().batchIntervalMs() != intervalMs;
    if (otherInterval) {
      checkOtherInterval();
    }
    if (!problems.isEmpty()) {
      throw new MillraceException(
          ErrorCode.CHECKPOINT_MISMATCH,
          "the checkpoint does not fit the program: " + String.join("; ", problems));
    }
    boolean sameApplication =
        before.claimed() != null && before.claimed().applicationId().equals(applicationId);
    DriverState state = new DriverState();
    for (DriverEvent event : before.events()) {
      DriverEvent now = translated(event);
      if (now != null && (sameApplication || !(now instanceof ExecutorJoined))) {
        state.replay(now);
      }
    }
    if (otherInterval) {
      long zeroMs = before.lastBatchMs() / intervalMs * intervalMs;
      state.replay(new BatchesCounted(zeroMs, zeroMs, before.committed()));
    }
    // What was added has nothing here yet; it is known when the driver starts.
    state.replay(new OperatorsChanged(matched));
    return state;
  }

  private void match() {
    for (OperatorKind kind : OperatorKind.values()) {
      Map<String, Operator> old = byUid(before.operators(), kind);
      for (Operator operator : today) {
        if (operator.kind() == kind) {
          Operator known = old.remove(operator.uid());
          if (known == null) {
            LOG.info("added {} '{}': {}", word(kind), operator.uid(), operator.description());
          } else {
            matched(known, operator);
          }
        }
      }
      old.values().forEach(this::dropped);
    }
  }

  private static Map<String, Operator> byUid(List<Operator> operators, OperatorKind kind) {
    return operators.stream()
        .filter(operator -> operator.kind() == kind)
        .collect(Collectors.toMap(Operator::uid, operator -> operator));
  }

  private static String word(OperatorKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private void matched(Operator known, Operator now) {
    if (!known.facts().equals(now.facts())) {
      problemUnlessDropped(
          "%s '%s' (%s) was %s and is %s"
              .formatted(
                  word(now.kind()), now.uid(), now.description(), known.facts(), now.facts()));
      return;
    }
    LOG.info("matched {} '{}': {}", word(now.kind()), now.uid(), now.description());
    matched.add(now);
    if (now.kind() == OperatorKind.INPUT) {
      inputs.put(known.number(), now.number());
    } else if (now.kind() == OperatorKind.STATE) {
      states.put(known.number(), now.number());
    }
  }

  private void dropped(Operator gone) {
    if (gone.kind() == OperatorKind.STATE) {
      problemUnlessDropped(
          "its state '%s' (%s) is not in the program".formatted(gone.uid(), gone.description()));
    } else if (gone.kind() == OperatorKind.INPUT && hasUnprocessed(gone.number())) {
      problemUnlessDropped(
          "its input '%s' (%s) has records that no batch has processed, and is not in the program"
              .formatted(gone.uid(), gone.description()));
    }
    if (gone.kind() == OperatorKind.INPUT) {
      before.streams().stream()
          .filter(stream -> stream.inputId() == gone.number())
          .forEach(stream -> droppedStreams.add(stream.streamId()));
    }
    LOG.info("dropped {} '{}': {}", word(gone.kind()), gone.uid(), gone.description());
  }

  private boolean hasUnprocessed(int inputId) {
    return before.cutNotCommitted().stream()
            .flatMap(cut -> cut.inputs().stream())
            .anyMatch(cut -> cut.inputId() == inputId)
        || before.streams().stream()
            .anyMatch(stream -> stream.inputId() == inputId && stream.hasUncut());
  }

  private void problemUnlessDropped(String what) {
    if (mayDrop) {
      LOG.warn("{}: given up, as {} allows", what, Keys.CHECKPOINT_ALLOW_DROPPED_STATE.name());
    } else {
      problems.add(
          what
              + "; give the stream the uid it had, or give up what is there by "
              + Keys.CHECKPOINT_ALLOW_DROPPED_STATE.name()
              + " (submit --allow-dropped-state)");
    }
  }

  /** Slides and windows are counted in intervals, and a batch that was cut has its time. */
  private void checkOtherInterval() {
    boolean hasPast =
        graph.rememberDuration().isPresent()
            || graph.neededStreams().stream()
                .anyMatch(
                    stream ->
                        stream instanceof WindowStreamNode || stream instanceof StatefulStreamNode);
    String change =
        "the batch interval was %d ms and is %d ms"
            .formatted(before.started().batchIntervalMs(), graph.batchInterval().milliseconds());
    if (hasPast) {
      problems.add(
          change
              + ", and the program has windows or state, whose times are counted by it; keep it");
    } else if (!before.cutNotCommitted().isEmpty()) {
      problems.add(
          change
              + ", and "
              + before.cutNotCommitted().size()
              + " batches of the old one were not committed; start once with the old one and stop"
              + " gracefully, then change it");
    }
  }

  /** Null for what is dropped. */
  private DriverEvent translated(DriverEvent event) {
    if (event instanceof ApplicationStarted started) {
      return translated(started);
    } else if (event instanceof BatchCut cut) {
      return new BatchCut(cut.batchTimeMs(), translatedCuts(cut.inputs()), List.of());
    } else if (event instanceof FilesSeen seen) {
      return new FilesSeen(translatedFiles(seen.files()));
    } else if (event instanceof StreamStarted stream) {
      Integer input = inputs.get(stream.receiverId());
      return input == null
          ? null
          : new StreamStarted(stream.streamId(), input, stream.executorId());
    } else if (event instanceof SourcesReached reached) {
      Integer input = inputs.get(reached.receiverId());
      return input == null
          ? null
          : new SourcesReached(input, reached.streamId(), reached.positions());
    } else if (event instanceof StreamMarked marked) {
      return droppedStreams.contains(marked.streamId()) ? null : marked;
    } else if (event instanceof StreamEnded ended) {
      return droppedStreams.contains(ended.streamId()) ? null : ended;
    } else if (event instanceof SnapshotTaken snapshot) {
      return translated(snapshot);
    }
    return event;
  }

  private ApplicationStarted translated(ApplicationStarted started) {
    long intervalMs = graph.batchInterval().milliseconds();
    return new ApplicationStarted(
        started.name(),
        started.applicationId(),
        started.batchIntervalMs() == intervalMs ? started.startTimeMs() : before.lastBatchMs(),
        intervalMs,
        started.defaultParallelism());
  }

  private SnapshotTaken translated(SnapshotTaken snapshot) {
    return new SnapshotTaken(
        snapshot.versionMs(),
        snapshot.oldestMs(),
        snapshot.files(),
        snapshot.partitions().stream()
            .filter(part -> states.containsKey(part.stateId()))
            .map(
                part ->
                    new StatePartition(
                        states.get(part.stateId()),
                        part.partition(),
                        part.partitionCount(),
                        part.versionMs(),
                        part.sections()))
            .toList());
  }

  private List<SeenFile> translatedFiles(List<SeenFile> files) {
    return files.stream()
        .filter(file -> inputs.containsKey(file.inputId()))
        .map(
            file ->
                new SeenFile(
                    inputs.get(file.inputId()),
                    file.path(),
                    file.modificationTimeMs(),
                    file.lengthBytes()))
        .toList();
  }

  private List<InputCut> translatedCuts(List<InputCut> cuts) {
    List<InputCut> translated = new ArrayList<>();
    for (InputCut cut : cuts) {
      Integer input = inputs.get(cut.inputId());
      if (input == null) {
        continue;
      }
      if (cut instanceof InputCut.BlocksCut blocks) {
        translated.add(new InputCut.BlocksCut(input, blocks.partitions()));
      } else if (cut instanceof InputCut.FilesCut files) {
        translated.add(new InputCut.FilesCut(input, files.partitions()));
      } else {
        translated.add(new InputCut.QueueCut(input, ((InputCut.QueueCut) cut).queueIndex()));
      }
    }
    return translated;
  }
}
