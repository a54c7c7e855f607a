package org.millrace.runner.state;

import java.util.AbstractList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;

/** Lists one after the other, none of which changes any more. Immutable. */
final class JoinedList extends AbstractList<Object> {
  private final List<List<?>> lists;

  /** The end of each list. */
  private final int[] ends;

  JoinedList(List<List<?>> lists) {
    this.lists = lists;
    this.ends = new int[lists.size()];
    int end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += lists.get(i).size();
      ends[i] = end;
    }
  }

  @Override
  public int size() {
    return ends.length == 0 ? 0 : ends[ends.length - 1];
  }

  @Override
  public Object get(int index) {
    Objects.checkIndex(index, size());
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (index < ends[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return lists.get(low).get(low == 0 ? index : index - ends[low - 1]);
  }

  @Override
  public Iterator<Object> iterator() {
    return new Iterator<>() {
      private Iterator<?> current = Collections.emptyIterator();
      private int next;

      @Override
      public boolean hasNext() {
        while (!current.hasNext()) {
          if (next == lists.size()) {
            return false;
          }
          current = lists.get(next++).iterator();
        }
        return true;
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the values are at their end");
        }
        return current.next();
      }
    };
  }
}
