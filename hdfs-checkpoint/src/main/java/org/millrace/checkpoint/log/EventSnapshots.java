package org.millrace.checkpoint.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.segment.RecordLogReader;
import org.millrace.checkpoint.segment.SegmentFormat;

/**
 * Snapshots of the driver's state in a checkpoint directory, as docs/format/event-log.md gives
 * them. Thread-safe; futures complete on a worker thread.
 */
public final class EventSnapshots {
  private static final String WORK = "files";
  private static final Pattern NAME = Pattern.compile("snapshot-(\\d{6,18})-(\\d{12,18})\\.log");

  /** Names and states of snapshots, the newest last. */
  static final Comparator<Name> ORDER =
      Comparator.comparingLong(Name::epoch).thenComparingLong(Name::position);

  private final DurableFiles files;
  private final BlockingWork work;
  private final String directory;

  /**
   * Which snapshot a file is. Immutable.
   *
   * @param position of the last event of the log that it holds
   */
  public record Name(String path, long epoch, long position, long lengthBytes) {}

  /**
   * @param checkpointDirectory of the application
   */
  public EventSnapshots(DurableFiles files, BlockingWork work, String checkpointDirectory) {
    this.files = files;
    this.work = work;
    this.directory = checkpointDirectory + "/snapshots";
  }

  /**
   * Writes a snapshot; it counts when the future completes, and not before.
   *
   * @param position of the last event that {@code events} stand for; it is durable
   */
  public CompletableFuture<Void> write(long epoch, long position, List<DriverEvent> events) {
    String path = directory + "/snapshot-%06d-%012d.log".formatted(epoch, position);
    String temporary = path + ".tmp";
    return work.run(WORK, () -> bytes(epoch, position, events))
        .thenCompose(
            bytes ->
                expectDone(files.makeDirectories(directory), "make", directory)
                    .thenCompose(made -> expectDone(files.delete(temporary), "delete", temporary))
                    .thenCompose(gone -> write(temporary, bytes)))
        // This rename makes the snapshot count.
        .thenCompose(written -> expectDone(files.rename(temporary, path), "rename", temporary));
  }

  /** Snapshots that count, the oldest first. */
  public CompletableFuture<List<Name>> list() {
    return files
        .list(directory)
        .exceptionally(EventSnapshots::noneIfMissing)
        .thenApply(
            entries ->
                entries.stream()
                    .map(EventSnapshots::name)
                    .flatMap(Optional::stream)
                    .sorted(ORDER)
                    .toList());
  }

  /**
   * The events of a snapshot; fails with CORRUPT_LOG when it is damaged and NO_SUCH_PATH when it is
   * gone.
   */
  public CompletableFuture<List<DriverEvent>> read(Name name) {
    List<DriverEvent> events = new ArrayList<>();
    return RecordLogReader.readFile(
            files,
            work,
            name.path(),
            EventLabel.of(name.epoch()),
            new EventLogReader(directory, (number, event) -> events.add(event)))
        .thenApply(end -> withoutEnd(name, events));
  }

  private static List<DriverEvent> withoutEnd(Name name, List<DriverEvent> events) {
    int last = events.size() - 1;
    if (last < 0 || !events.get(last).equals(new DriverEvent.SnapshotEnd(name.position(), last))) {
      throw new MillraceException(
          ErrorCode.CORRUPT_LOG,
          "Snapshot %s is damaged: its end is missing behind %d events; restore the file from a"
                  .formatted(name.path(), events.size())
              + " copy, or start over with an empty directory");
    }
    return List.copyOf(events.subList(0, last));
  }

  /** Deletes all that an own snapshot has replaced, and what was left of writing others. */
  public CompletableFuture<Void> deleteBefore(long epoch, long position) {
    return files
        .list(directory)
        .exceptionally(EventSnapshots::noneIfMissing)
        .thenCompose(
            entries -> {
              List<CompletableFuture<Outcome>> open = new ArrayList<>();
              for (FileStatus entry : entries) {
                Optional<Name> name = name(entry);
                boolean unfinished = entry.name().endsWith(".tmp") && epochOf(entry) < epoch;
                if (unfinished || (name.isPresent() && isBefore(name.get(), epoch, position))) {
                  open.add(files.delete(entry.path()));
                }
              }
              return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new));
            });
  }

  private static boolean isBefore(Name name, long epoch, long position) {
    return name.epoch() < epoch || (name.epoch() == epoch && name.position() < position);
  }

  private static long epochOf(FileStatus unfinished) {
    String name = unfinished.name();
    Matcher matcher = NAME.matcher(name.substring(0, name.length() - ".tmp".length()));
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : Long.MAX_VALUE;
  }

  private static Optional<Name> name(FileStatus entry) {
    Matcher matcher = NAME.matcher(entry.name());
    return matcher.matches()
        ? Optional.of(
            new Name(
                entry.path(),
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                entry.lengthBytes()))
        : Optional.empty();
  }

  private static byte[] bytes(long epoch, long position, List<DriverEvent> events) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(SegmentFormat.header(EventLabel.of(epoch), 0));
    EventEncoder encoder = new EventEncoder();
    long number = 0;
    for (DriverEvent event : events) {
      write(number++, encoder.encode(event), bytes);
    }
    write(number, encoder.encode(new DriverEvent.SnapshotEnd(position, number)), bytes);
    return bytes.toByteArray();
  }

  private static void write(long number, byte[] avro, ByteArrayOutputStream bytes) {
    bytes.writeBytes(SegmentFormat.prefix(number, ByteBuffer.wrap(avro)));
    bytes.writeBytes(avro);
  }

  private CompletableFuture<Void> write(String path, byte[] bytes) {
    return files
        .createExclusive(path, CreateOptions.DEFAULT)
        .thenCompose(file -> append(file, bytes));
  }

  private static CompletableFuture<Void> append(AppendFile file, byte[] bytes) {
    // A failed append fails the close behind it.
    CompletableFuture<Long> appended = file.append(ByteBuffer.wrap(bytes));
    return appended.thenCombine(file.close(), (length, closed) -> closed);
  }

  private static List<FileStatus> noneIfMissing(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof MillraceException known && known.code() == ErrorCode.NO_SUCH_PATH) {
      return List.of();
    }
    throw failure instanceof CompletionException wrapped
        ? wrapped
        : new CompletionException(failure);
  }

  private static CompletableFuture<Void> expectDone(
      CompletableFuture<Outcome> operation, String what, String path) {
    return operation.thenAccept(
        outcome -> {
          if (outcome != Outcome.DONE) {
            throw new MillraceException(
                outcome == Outcome.FAILED ? ErrorCode.STORAGE_FAILED : ErrorCode.DURABILITY_UNKNOWN,
                "Could not %s %s for a snapshot of the driver: %s; may this user write there?"
                    .formatted(what, path, outcome));
          }
        });
  }
}
