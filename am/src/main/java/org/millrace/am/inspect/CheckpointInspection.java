package org.millrace.am.inspect;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.am.log.DriverState;
import org.millrace.am.log.StreamState;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.blocklog.BlockLogIndex;
import org.millrace.checkpoint.blocklog.BlockLogReader;
import org.millrace.checkpoint.blocklog.LoggedBlock;
import org.millrace.checkpoint.blocklog.StreamBlocks;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.log.DriverEvent.EpochClaimed;
import org.millrace.checkpoint.log.DriverEvent.Operator;
import org.millrace.checkpoint.log.DriverEvent.OperatorKind;
import org.millrace.checkpoint.log.EventHistory;
import org.millrace.checkpoint.log.EventLog;
import org.millrace.checkpoint.log.EventSnapshots;
import org.millrace.checkpoint.log.SealedEpoch;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.state.StateFileReader;

/**
 * Reads a checkpoint directory as it is, while an application uses it or not; writes nothing into
 * it. Blocks its caller. Not thread-safe.
 */
public final class CheckpointInspection {
  private static final Pattern EPOCH = Pattern.compile("epoch-(\\d{6,18})(\\.sealed)?");
  private static final Pattern EXECUTOR = Pattern.compile("e(\\d+)-(\\d+)(?:-\\d+)?(\\.sealed)?");

  private final DurableFiles files;
  private final BlockingWork work;
  private final Clock clock;
  private final String directory;

  public CheckpointInspection(
      DurableFiles files, BlockingWork work, Clock clock, String directory) {
    this.files = files;
    this.work = work;
    this.clock = clock;
    this.directory =
        directory.length() > 1 && directory.endsWith("/")
            ? directory.substring(0, directory.length() - 1)
            : directory;
  }

  /** One line for each log, snapshot and state directory: size, age, files. */
  public void list(PrintWriter out) {
    List<FileStatus> entries = entries();
    for (FileStatus epoch : epochs(entries).values()) {
      line(out, epoch.name(), epoch.path(), "event log");
    }
    for (EventSnapshots.Name snapshot : snapshots()) {
      out.println(
          format(
              "snapshots/" + snapshot.path().substring(snapshot.path().lastIndexOf('/') + 1),
              "snapshot of the driver",
              1,
              snapshot.lengthBytes(),
              age(await(files.status(snapshot.path())).orElseThrow().modificationTimeMs())));
    }
    for (FileStatus executor : below("executors")) {
      line(out, "executors/" + executor.name(), executor.path(), "blocks of receivers");
    }
    for (FileStatus executor : below("state")) {
      line(out, "state/" + executor.name(), executor.path(), "keyed state");
    }
  }

  private void line(PrintWriter out, String name, String path, String what) {
    List<FileStatus> inside = filesIn(path);
    long newestMs = inside.stream().mapToLong(FileStatus::modificationTimeMs).max().orElse(0);
    out.println(
        format(
            name,
            what,
            inside.size(),
            inside.stream().mapToLong(FileStatus::lengthBytes).sum(),
            newestMs == 0 ? "-" : age(newestMs)));
  }

  private static String format(String name, String what, int count, long bytes, String age) {
    return String.format(
        Locale.ROOT, "%-46s %-24s %4d files %12d bytes  %s", name, what, count, bytes, age);
  }

  private String age(long timeMs) {
    long seconds = Math.max(0, (clock.nowMs() - timeMs) / 1_000);
    return seconds < 120 ? seconds + " s ago" : seconds / 60 + " min ago";
  }

  /** What a driver that starts on the directory now would find. */
  public void describe(PrintWriter out) {
    Map<Long, FileStatus> epochs = epochs(entries());
    EventHistory history =
        await(EventHistory.read(files, work, directory, logs(epochs), Long.MAX_VALUE));
    DriverState state = new DriverState();
    history.events().forEach(state::replay);
    out.println("directory        " + directory);
    history.snapshot().ifPresent(snapshot -> out.println("snapshot         " + snapshot.path()));
    out.println("events           " + history.events().size() + " are read at a restart");
    if (state.started() == null) {
      out.println("no application was started here");
      return;
    }
    describe(state, out);
  }

  private static void describe(DriverState state, PrintWriter out) {
    EpochClaimed claimed = state.claimed();
    out.println("application      " + state.started().name());
    out.println("first started    " + time(state.started().startTimeMs()));
    if (claimed != null) {
      out.println(
          "epoch            %d, of %s attempt %d"
              .formatted(claimed.epoch(), claimed.applicationId(), claimed.attempt()));
    }
    out.println(
        state.stopReason().isEmpty()
            ? "stopped          no: it runs, or was killed"
            : "stopped          " + state.stopReason());
    out.println("batch interval   " + state.started().batchIntervalMs() + " ms");
    out.println("last batch       " + time(state.lastBatchMs()));
    out.println("last commit      " + time(state.lastDecidedMs()));
    out.println("batches          " + state.committed() + " committed or skipped");
    out.println("to be run        " + state.cutNotCommitted().size() + " cut and not committed");
    out.println(
        "to be published  "
            + state.committedNotPublished().size()
            + " committed and not known to be published");
    out.println("input kept of    " + state.cuts().size() + " batches");
    out.println("operators");
    for (Operator operator : state.operators()) {
      out.println(
          String.format(
              Locale.ROOT,
              "  %-7s %-40s %s %s%s",
              operator.kind().name().toLowerCase(Locale.ROOT),
              "'" + operator.uid() + "'",
              operator.description(),
              operator.facts().isEmpty() ? "" : operator.facts(),
              seenFiles(state, operator)));
    }
    for (StreamState stream : state.streams()) {
      out.println(
          "  stream  %d of input %d: blocks 0 to %s, %d in batches, %d not needed any more"
              .formatted(
                  stream.streamId(),
                  stream.inputId(),
                  stream.isEnded() ? Long.toString(stream.endedAt()) : "?",
                  stream.cut(),
                  stream.released()));
    }
  }

  private static String seenFiles(DriverState state, Operator operator) {
    int seen =
        operator.kind() == OperatorKind.INPUT ? state.seenFiles(operator.number()).size() : 0;
    return seen == 0 ? "" : ", " + seen + " files seen";
  }

  private static String time(long timeMs) {
    return timeMs == 0 ? "-" : Instant.ofEpochMilli(timeMs) + " (" + timeMs + " ms)";
  }

  /**
   * Reads every record of every file and says what is damaged.
   *
   * @return whether nothing is
   */
  public boolean verify(PrintWriter out) {
    List<String> damaged = new ArrayList<>();
    long[] records = {0};
    for (SealedEpoch log : logs(epochs(entries()))) {
      check(damaged, () -> records[0] += verifyLog(log));
    }
    for (EventSnapshots.Name snapshot : snapshots()) {
      check(
          damaged,
          () ->
              records[0] +=
                  await(new EventSnapshots(files, work, directory).read(snapshot)).size());
    }
    for (FileStatus executor : below("executors")) {
      Matcher name = EXECUTOR.matcher(executor.name());
      if (name.matches()) {
        check(
            damaged,
            () -> records[0] += verifyBlocks(executor.path(), Long.parseLong(name.group(2))));
      }
    }
    for (FileStatus executor : below("state")) {
      for (FileStatus file : filesIn(executor.path())) {
        check(damaged, () -> records[0] += verifyState(file));
      }
    }
    damaged.forEach(problem -> out.println("damaged: " + problem));
    out.println(
        damaged.isEmpty()
            ? "ok: " + records[0] + " records were read"
            : damaged.size() + " damaged, " + records[0] + " records were read");
    return damaged.isEmpty();
  }

  private static void check(List<String> damaged, Runnable reading) {
    try {
      reading.run();
    } catch (MillraceException problem) {
      damaged.add(problem.getMessage());
    }
  }

  private long verifyLog(SealedEpoch log) {
    long first = await(EventLog.firstPosition(files, work, log));
    long[] events = {0};
    await(
        EventLog.read(
            files, work, log.directory(), log.epoch(), first, (position, event) -> events[0]++));
    return events[0];
  }

  private long verifyBlocks(String path, long executor) {
    BlockLogIndex index = await(BlockLogReader.index(files, work, path, executor));
    long blocks = 0;
    for (StreamBlocks stream : index.streams().values()) {
      for (LoggedBlock block : stream.blocks()) {
        BlockLogReader.read(files, path, block.location());
        blocks++;
      }
    }
    return blocks;
  }

  private long verifyState(FileStatus file) {
    StateFileReader reader = new StateFileReader(files, file.path(), file.lengthBytes());
    reader.verify();
    return reader.index().sections().stream()
        .mapToLong(section -> section.rows() + section.removed())
        .sum();
  }

  private List<FileStatus> entries() {
    List<FileStatus> entries = await(files.list(directory));
    if (epochs(entries).isEmpty()) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_PATH,
          directory
              + " is no checkpoint directory: it has no event log (epoch-000001); name the"
              + " directory that the program gives to checkpoint or getOrCreate");
    }
    return entries;
  }

  private static Map<Long, FileStatus> epochs(List<FileStatus> entries) {
    Map<Long, FileStatus> epochs = new TreeMap<>();
    for (FileStatus entry : entries) {
      Matcher name = EPOCH.matcher(entry.name());
      if (entry.directory() && name.matches()) {
        epochs.put(Long.parseLong(name.group(1)), entry);
      }
    }
    return epochs;
  }

  private static List<SealedEpoch> logs(Map<Long, FileStatus> epochs) {
    List<SealedEpoch> logs = new ArrayList<>();
    epochs.forEach((epoch, entry) -> logs.add(new SealedEpoch(epoch, entry.path())));
    return logs;
  }

  private List<EventSnapshots.Name> snapshots() {
    return await(new EventSnapshots(files, work, directory).list());
  }

  private List<FileStatus> below(String folder) {
    String path = directory + "/" + folder;
    return await(files.status(path)).isEmpty()
        ? List.of()
        : await(files.list(path)).stream().filter(FileStatus::directory).toList();
  }

  private List<FileStatus> filesIn(String path) {
    return await(files.list(path)).stream().filter(file -> !file.directory()).toList();
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof MillraceException known) {
        throw new MillraceException(known.code(), known.getMessage(), known);
      }
      throw failure;
    }
  }
}
