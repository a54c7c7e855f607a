package org.millrace.api.graph;

import java.util.Iterator;
import java.util.List;
import org.millrace.api.Tuple2;

/** The pairs of each record on the left with each on the right, made one at a time. */
final class Products extends LookAhead {
  private final Iterator<Object> lefts;
  private final List<Object> rights;
  private Object left;
  private int right;

  Products(Iterable<Object> lefts, List<Object> rights) {
    this(lefts.iterator(), rights);
  }

  Products(Iterator<Object> lefts, List<Object> rights) {
    this.lefts = lefts;
    this.rights = rights;
    this.right = rights.size();
  }

  @Override
  boolean advance() {
    if (right == rights.size()) {
      if (rights.isEmpty() || !lefts.hasNext()) {
        return false;
      }
      left = lefts.next();
      right = 0;
    }
    return found(new Tuple2<>(left, rights.get(right++)));
  }
}
