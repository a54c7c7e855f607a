package org.millrace.runner.state;

import java.util.ArrayDeque;
import java.util.function.LongConsumer;
import org.millrace.api.function.Function2;

/**
 * The values of one key in a window, as a queue that knows its reduction: two stacks, of which the
 * front one holds for each older value the reduction of it and all after it in that stack, and the
 * back one holds the newer values and their reduction. A value is merged once when it enters, once
 * when the stacks turn over, and once more for the whole of a changed queue (Tangwongsan, Hirzel,
 * Schneider, "Low-Latency Sliding-Window Aggregation in Worst-Case Constant Time", DEBS 2017,
 * section 2, for the method that they improve).
 *
 * <p>Keys that came together would all turn over in the same slide. So a queue turns over before it
 * must, when the back has a multiple of the values of the front that is another one for each key:
 * turns of many keys are spread over many slides, for a third of a merge more a value at most.
 *
 * <p>Immutable but for {@link #reduced}, with nodes shared between versions.
 */
final class TwoStacks {
  /** A value of a pane on top of a stack; in front with all values under it. */
  private record Node(long pane, Object value, Node under, int size) {
    Node(long pane, Object value, Node under) {
      this(pane, value, under, under == null ? 1 : under.size() + 1);
    }
  }

  private static final TwoStacks EMPTY = new TwoStacks(null, null, null, 0);
  private static final int LEAST_SHARE = 3;
  private static final int SHARES = 5;

  private final Node front;
  private final Node back;
  private final int frontSize;
  private final int backSize;
  private final Object backReduced;
  private final long oldestBack;

  /** The reduction of all; set before the version that made this is complete. */
  Object reduced;

  private TwoStacks(Node front, Node back, Object backReduced, long oldestBack) {
    this.front = front;
    this.back = back;
    this.frontSize = front == null ? 0 : front.size();
    this.backSize = back == null ? 0 : back.size();
    this.backReduced = backReduced;
    this.oldestBack = oldestBack;
  }

  static TwoStacks empty() {
    return EMPTY;
  }

  boolean isEmpty() {
    return front == null && back == null;
  }

  /** Whether the newest value is one of this pane. */
  boolean has(long pane) {
    return back != null && back.pane() == pane;
  }

  /**
   * With a value after all others, whose pane is not older than theirs.
   *
   * @param share how many times the values of the front the back may have, as {@link #share} says
   */
  TwoStacks with(long pane, Object value, double share, Function2<Object, Object, Object> reduce)
      throws Exception {
    if (back != null && back.pane() != pane && backSize >= share * Math.max(1, frontSize)) {
      return turnedOver(reduce).with(pane, value, share, reduce);
    }
    if (back == null) {
      return new TwoStacks(front, new Node(pane, value, null), value, pane);
    }
    Object all = reduce.call(backReduced, value);
    if (back.pane() != pane) {
      return new TwoStacks(front, new Node(pane, value, back), all, oldestBack);
    }
    Object merged = back.under() == null ? all : reduce.call(back.value(), value);
    return new TwoStacks(front, new Node(pane, merged, back.under()), all, oldestBack);
  }

  /** Without the values of this pane and of older ones. */
  TwoStacks without(long lastLeft, Function2<Object, Object, Object> reduce) throws Exception {
    Node rest = front;
    while (rest != null && rest.pane() <= lastLeft) {
      rest = rest.under();
    }
    if (rest != null || back == null || oldestBack > lastLeft) {
      boolean sameFront = front == null || front.pane() > lastLeft;
      return sameFront ? this : new TwoStacks(rest, back, backReduced, oldestBack);
    }
    return turnedOver(lastLeft, reduce);
  }

  /** From 3 to 8, another one for each key; the same whenever it is asked. */
  static double share(int hash) {
    return LEAST_SHARE + SHARES * ((hash * 0x9E3779B9) >>> 1) / (double) Integer.MAX_VALUE;
  }

  /** All values in front; nothing leaves. */
  private TwoStacks turnedOver(Function2<Object, Object, Object> reduce) throws Exception {
    Node turned = turned(Long.MIN_VALUE, reduce);
    ArrayDeque<Node> older = new ArrayDeque<>(frontSize);
    for (Node node = front; node != null; node = node.under()) {
      older.push(node);
    }
    for (Node node : older) {
      turned = new Node(node.pane(), reduce.call(node.value(), backReduced), turned);
    }
    return new TwoStacks(turned, null, null, 0);
  }

  private TwoStacks turnedOver(long lastLeft, Function2<Object, Object, Object> reduce)
      throws Exception {
    Node turned = turned(lastLeft, reduce);
    return turned == null ? EMPTY : new TwoStacks(turned, null, null, 0);
  }

  private Node turned(long lastLeft, Function2<Object, Object, Object> reduce) throws Exception {
    Node turned = null;
    for (Node node = back; node != null && node.pane() > lastLeft; node = node.under()) {
      Object value = turned == null ? node.value() : reduce.call(node.value(), turned.value());
      turned = new Node(node.pane(), value, turned);
    }
    return turned;
  }

  /** To be read by {@link #read}. */
  void write(RowSink sink) {
    writeNodes(front, sink);
    writeNodes(back, sink);
    sink.writeLong(oldestBack);
    sink.writeValue(backReduced);
    sink.writeValue(reduced);
  }

  private static void writeNodes(Node top, RowSink sink) {
    int count = 0;
    for (Node node = top; node != null; node = node.under()) {
      count++;
    }
    sink.writeLong(count);
    for (Node node = top; node != null; node = node.under()) {
      sink.writeLong(node.pane());
      sink.writeValue(node.value());
    }
  }

  static TwoStacks read(RowSource source) {
    Node front = readNodes(source);
    Node back = readNodes(source);
    long oldestBack = source.readLong();
    TwoStacks stacks = new TwoStacks(front, back, source.readValue(), oldestBack);
    stacks.reduced = source.readValue();
    return stacks;
  }

  private static Node readNodes(RowSource source) {
    long count = source.readLong();
    ArrayDeque<Node> nodes = new ArrayDeque<>();
    for (long i = 0; i < count; i++) {
      nodes.push(new Node(source.readLong(), source.readValue(), null));
    }
    Node top = null;
    for (Node node : nodes) {
      top = new Node(node.pane(), node.value(), top);
    }
    return top;
  }

  /** Calls for the pane of each value. */
  void panes(LongConsumer consumer) {
    for (Node node = front; node != null; node = node.under()) {
      consumer.accept(node.pane());
    }
    for (Node node = back; node != null; node = node.under()) {
      consumer.accept(node.pane());
    }
  }

  /** Finds {@link #reduced}; not of an empty one. */
  void reduce(Function2<Object, Object, Object> reduce) throws Exception {
    if (front == null) {
      reduced = backReduced;
    } else {
      reduced = back == null ? front.value() : reduce.call(front.value(), backReduced);
    }
  }
}
