package org.millrace.runner.task;

import java.util.List;

/**
 * The operators of a template with the functions of one function set. Serves one task at a time;
 * owned by a slot loop.
 *
 * @param segments at least one; each but the last ends in front of a function over an iterator
 * @param sourceTable of SHUFFLE_COMBINE and SHUFFLE_GROUP; null otherwise
 */
record Pipeline(
    PipelineKey key,
    Object[] functions,
    List<Segment> segments,
    PageLoop sourceLoop,
    Combiner sourceTable,
    Sink sink) {

  /**
   * Operators that push.
   *
   * @param head takes the records
   * @param buffer where they end when a function pulls them; null when they end in the sink
   * @param partitionFunction the function over an iterator behind the buffer; null when that is the
   *     sink
   * @param outputLoop pushes what that function gives; null with it
   */
  record Segment(
      RecordConsumer head, PullBuffer buffer, Object partitionFunction, PageLoop outputLoop) {}

  /** True when a user's function pulls records, so that the input must never wait. */
  boolean pulls() {
    return segments.get(0).buffer() != null;
  }

  /** What the last segment is fed with, when {@code source} feeds the first. */
  Feed feedOfLastSegment(Feed source) {
    Feed feed = source;
    for (Segment segment : segments) {
      if (segment.partitionFunction() != null) {
        PullIterator input = new PullIterator(feed, segment.head(), segment.buffer());
        feed = new IteratorFeed(segment.outputLoop(), segment.partitionFunction(), feed, input);
      }
    }
    return feed;
  }

  Segment lastSegment() {
    return segments.get(segments.size() - 1);
  }

  /** Forgets what a task left behind. */
  void clear() {
    sink.end();
    if (sourceTable != null) {
      sourceTable.clear();
    }
    for (Segment segment : segments) {
      if (segment.buffer() != null) {
        segment.buffer().clear();
      }
    }
  }
}
