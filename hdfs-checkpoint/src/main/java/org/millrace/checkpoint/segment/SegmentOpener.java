package org.millrace.checkpoint.segment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FencedException;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Opens the segments of one log, one at a time, again and again until it succeeds; during a stall
 * several at a time on different nodes, since a node that hangs is not known to the file system for
 * long. Owned by the log's loop.
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

  /** During a stall an attempt that takes longer gets company. */
  private static final long SLOW_MS = 500;

  private static final int MOST_ATTEMPTS = 3;
  private static final int MOST_KNOWN_NODES = 16;

  /** Takes what comes of it. */
  interface Owner {

    /** Whether a segment is waited for: then it is given away before its header is written. */
    boolean isWaiting();

    /** Whether no write was ever acknowledged. */
    boolean isFirst();

    /** Whether writes that were acknowledged before are not any more. */
    boolean isStalled();

    /** All that may be written. */
    List<OpenSegment> segments();

    /** Opened; another one may have been before it. */
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
  private final List<Attempt> attempts = new ArrayList<>();

  /** Nodes that hold, or held, segments; newest last. */
  private final Set<String> known = new LinkedHashSet<>();

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

  /** Opens one segment, unless one is being opened in time. */
  void open() {
    if (retry != null || stopped || !(attempts.isEmpty() || mayOpenBeside())) {
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
    List.copyOf(attempts).forEach(Attempt::giveUp);
  }

  private boolean mayOpenBeside() {
    return owner.isStalled()
        && attempts.size() < MOST_ATTEMPTS
        && attempts.stream().allMatch(attempt -> attempt.slow);
  }

  private void onRetry() {
    retry = null;
    if (!stopped) {
      start();
    }
  }

  private void start() {
    Attempt attempt =
        new Attempt(
            SegmentNames.segment(nextSegment++), owner.isStalled() ? leastUsed() : List.of());
    attempts.add(attempt);
    attempt.start();
  }

  /**
   * The known nodes in the order of how many open segments, and segments that are being opened,
   * they hold: whoever hangs is in all of those. Of equal ones, others come first each time.
   */
  private List<String> leastUsed() {
    List<List<String>> used = new ArrayList<>();
    owner.segments().forEach(segment -> used.add(segment.nodes()));
    attempts.forEach(attempt -> used.add(attempt.placement.favoredNodes()));
    used.forEach(known::addAll);
    List<String> nodes = new ArrayList<>(known);
    Collections.rotate(nodes, nextSegment);
    nodes.sort(
        Comparator.comparingLong(node -> used.stream().filter(all -> all.contains(node)).count()));
    int replicas = options.spareFiles().replicas(nodes.size());
    return nodes.size() <= replicas ? List.of() : nodes.subList(0, replicas);
  }

  private void learn(List<String> nodes) {
    known.removeAll(nodes);
    known.addAll(nodes);
    Iterator<String> oldest = known.iterator();
    while (known.size() > MOST_KNOWN_NODES) {
      oldest.next();
      oldest.remove();
    }
  }

  private final class Attempt {
    private final String name;
    private final CreateOptions placement;
    private final Loop.Timer deadline;
    private final Loop.Timer slowness;
    private boolean slow;
    private AppendFile file;

    Attempt(String name, List<String> favoredNodes) {
      this.name = name;
      placement =
          owner.isFirst() ? options.files() : options.spareFiles().withFavoredNodes(favoredNodes);
      deadline = loop.schedule(ATTEMPT_MS, this::onLate);
      slowness = loop.schedule(SLOW_MS, this::onSlow);
    }

    private void start() {
      byte[] header = SegmentFormat.header(label, firstNumber.getAsLong());
      Answers.post(
          files.createExclusive(directory + "/" + name, placement),
          loop,
          (created, fault) -> onCreated(created, header, fault));
    }

    private void onCreated(AppendFile created, byte[] header, Throwable fault) {
      if (!attempts.contains(this)) {
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
      OpenSegment segment = new OpenSegment(created, name, placement.favoredNodes(), header);
      if (owner.isWaiting()) {
        succeed(segment);
        return;
      }
      segment.appendHeader();
      Answers.post(created.flush(), loop, (length, failure) -> onHeaderFlushed(segment, failure));
    }

    private void onHeaderFlushed(OpenSegment segment, Throwable fault) {
      if (!attempts.contains(this)) {
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
      learn(segment.nodes());
      owner.onOpened(segment);
    }

    private void onSlow() {
      slow = true;
      open();
    }

    private void onLate() {
      if (attempts.contains(this)) {
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
      slowness.cancel();
      attempts.remove(this);
    }
  }
}
