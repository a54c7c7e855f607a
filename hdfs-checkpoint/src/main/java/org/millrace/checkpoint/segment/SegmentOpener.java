package org.millrace.checkpoint.segment;

import java.util.function.LongSupplier;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FencedException;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Opens the segments of one log, one at a time, again and again until it succeeds. Owned by the
 * log's loop.
 *
 * <p>An attempt that fails, or that does not answer for five seconds, is given up and followed by
 * one under the next name, after a wait that doubles from 100 ms to 5 s. The wait is short again
 * once a write was acknowledged.
 */
final class SegmentOpener {

  private static final long ATTEMPT_MS = 5_000;
  private static final long FIRST_WAIT_MS = 100;
  private static final int MOST_DOUBLINGS = 6;
  private static final long LONGEST_WAIT_MS = 5_000;

  /** Takes what comes of it. */
  interface Owner {

    /** Whether a segment is waited for: then it is given away before its header is written. */
    boolean isWaiting();

    void onOpened(OpenSegment segment);

    /** An attempt failed; another one follows by itself, except when the log is fenced. */
    void onOpenFailed(Throwable fault);

    /** A file that was created, or may be, and will not be written. */
    void onLeftBehind(String name, AppendFile file);
  }

  private final DurableFiles files;
  private final Loop loop;
  private final String directory;
  private final SegmentLabel label;
  private final RecordLogOptions options;
  private final LongSupplier firstNumber;
  private final Owner owner;
  private Attempt attempt;
  private Loop.Timer retry;
  private int failures;
  private int nextSegment;
  private boolean stopped;

  SegmentOpener(
      DurableFiles files,
      Loop loop,
      String directory,
      SegmentLabel label,
      RecordLogOptions options,
      LongSupplier firstNumber,
      Owner owner) {
    this.files = files;
    this.loop = loop;
    this.directory = directory;
    this.label = label;
    this.options = options;
    this.firstNumber = firstNumber;
    this.owner = owner;
  }

  /** Opens one segment, unless one is being opened. */
  void open() {
    if (attempt != null || retry != null || stopped) {
      return;
    }
    if (failures == 0) {
      start();
    } else {
      long waitMs = FIRST_WAIT_MS << Math.min(failures - 1, MOST_DOUBLINGS);
      retry = loop.schedule(Math.min(waitMs, LONGEST_WAIT_MS), this::onRetry);
    }
  }

  /** A write to a segment failed, so that opening another one at once may not help. */
  void onWriteFailed() {
    failures++;
  }

  void onAcknowledged() {
    failures = 0;
  }

  /** Opens no more; what is being opened is left behind. */
  void stop() {
    stopped = true;
    if (retry != null) {
      retry.cancel();
    }
    if (attempt != null) {
      attempt.giveUp();
    }
  }

  private void onRetry() {
    retry = null;
    if (!stopped) {
      start();
    }
  }

  private void start() {
    attempt = new Attempt(SegmentNames.segment(nextSegment++));
    attempt.start();
  }

  private final class Attempt {
    private final String name;
    private final Loop.Timer deadline;
    private AppendFile file;

    Attempt(String name) {
      this.name = name;
      deadline = loop.schedule(ATTEMPT_MS, this::onLate);
    }

    private void start() {
      CreateOptions placement = owner.isWaiting() ? options.files() : options.spareFiles();
      byte[] header = SegmentFormat.header(label, firstNumber.getAsLong());
      Answers.post(
          files.createExclusive(directory + "/" + name, placement),
          loop,
          (created, fault) -> onCreated(created, header, fault));
    }

    private void onCreated(AppendFile created, byte[] header, Throwable fault) {
      if (attempt != this) {
        if (fault == null) {
          owner.onLeftBehind(name, created);
        } else if (fault instanceof FencedException) {
          owner.onOpenFailed(fault);
        }
        return;
      }
      if (fault != null) {
        fail(fault);
        return;
      }
      file = created;
      OpenSegment segment = new OpenSegment(created, name, header);
      if (owner.isWaiting()) {
        succeed(segment);
        return;
      }
      segment.appendHeader();
      Answers.post(created.flush(), loop, (length, failure) -> onHeaderFlushed(segment, failure));
    }

    private void onHeaderFlushed(OpenSegment segment, Throwable fault) {
      if (attempt != this) {
        return;
      }
      if (fault == null) {
        succeed(segment);
      } else {
        giveUp();
        fail(fault);
      }
    }

    private void succeed(OpenSegment segment) {
      end();
      owner.onOpened(segment);
    }

    private void onLate() {
      if (attempt == this) {
        giveUp();
        failures++;
        open();
      }
    }

    private void fail(Throwable fault) {
      end();
      failures++;
      owner.onOpenFailed(fault);
      open();
    }

    /** What was created so far is not used; a creation that is under way is seen to later. */
    private void giveUp() {
      end();
      if (file != null) {
        owner.onLeftBehind(name, file);
      }
    }

    private void end() {
      deadline.cancel();
      if (attempt == this) {
        attempt = null;
      }
    }
  }
}
