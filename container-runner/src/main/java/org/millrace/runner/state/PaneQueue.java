package org.millrace.runner.state;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The values of one key in a window, the earliest first: a queue of two lists whose nodes are
 * shared between versions. Immutable.
 */
final class PaneQueue {
  private record Node(long pane, List<?> values, Node next) {}

  private static final PaneQueue EMPTY = new PaneQueue(null, null, 0);

  /** The oldest first. */
  private final Node front;

  /** The newest first. */
  private final Node back;

  private final long oldestBack;

  /** Made when first asked for; two readers may make it at once, and either serves. */
  private List<Object> values;

  private PaneQueue(Node front, Node back, long oldestBack) {
    this.front = front;
    this.back = back;
    this.oldestBack = oldestBack;
  }

  static PaneQueue empty() {
    return EMPTY;
  }

  boolean isEmpty() {
    return front == null && back == null;
  }

  /** Whether the newest values are of this pane. */
  boolean has(long pane) {
    return back != null && back.pane() == pane;
  }

  /** With values after all others, whose pane is not older than theirs. */
  PaneQueue with(long pane, List<?> more) {
    return new PaneQueue(front, new Node(pane, more, back), back == null ? pane : oldestBack);
  }

  /** Without the values of this pane and of older ones. */
  PaneQueue without(long lastLeft) {
    Node rest = front;
    while (rest != null && rest.pane() <= lastLeft) {
      rest = rest.next();
    }
    if (rest != null || back == null || oldestBack > lastLeft) {
      boolean sameFront = front == null || front.pane() > lastLeft;
      return sameFront ? this : new PaneQueue(rest, back, oldestBack);
    }
    Node turned = null;
    for (Node node = back; node != null && node.pane() > lastLeft; node = node.next()) {
      turned = new Node(node.pane(), node.values(), turned);
    }
    return turned == null ? EMPTY : new PaneQueue(turned, null, 0);
  }

  /** To be read by {@link #read}. */
  void write(RowSink sink) {
    writeNodes(front, sink);
    writeNodes(back, sink);
    sink.writeLong(oldestBack);
  }

  private static void writeNodes(Node first, RowSink sink) {
    int count = 0;
    for (Node node = first; node != null; node = node.next()) {
      count++;
    }
    sink.writeLong(count);
    for (Node node = first; node != null; node = node.next()) {
      sink.writeLong(node.pane());
      sink.writeLong(node.values().size());
      for (Object value : node.values()) {
        sink.writeValue(value);
      }
    }
  }

  static PaneQueue read(RowSource source) {
    Node front = readNodes(source);
    Node back = readNodes(source);
    return new PaneQueue(front, back, source.readLong());
  }

  private static Node readNodes(RowSource source) {
    long count = source.readLong();
    ArrayDeque<Node> nodes = new ArrayDeque<>();
    for (long i = 0; i < count; i++) {
      long pane = source.readLong();
      long size = source.readLong();
      List<Object> values = new ArrayList<>();
      for (long j = 0; j < size; j++) {
        values.add(source.readValue());
      }
      nodes.push(new Node(pane, values, null));
    }
    Node first = null;
    for (Node node : nodes) {
      first = new Node(node.pane(), node.values(), first);
    }
    return first;
  }

  /** Calls for the pane of each list of values. */
  void panes(LongConsumer consumer) {
    for (Node node = front; node != null; node = node.next()) {
      consumer.accept(node.pane());
    }
    for (Node node = back; node != null; node = node.next()) {
      consumer.accept(node.pane());
    }
  }

  /** A view of all values, which nobody can change. */
  List<Object> values() {
    if (values == null) {
      ArrayDeque<List<?>> lists = new ArrayDeque<>();
      for (Node node = back; node != null; node = node.next()) {
        lists.addFirst(node.values());
      }
      ArrayDeque<List<?>> older = new ArrayDeque<>();
      for (Node node = front; node != null; node = node.next()) {
        older.addLast(node.values());
      }
      older.addAll(lists);
      // By the class of its wrapper it travels in the encoding of lists.
      values = Collections.unmodifiableList(new JoinedList(List.copyOf(older)));
    }
    return values;
  }
}
