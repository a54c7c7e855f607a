package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.List;

/** The items of a captured partition in memory. */
final class ItemList implements RowSink {
  private final List<Object> written = new ArrayList<>();
  int items;

  @Override
  public void writeLong(long value) {
    written.add(value);
  }

  @Override
  public void writeValue(Object value) {
    written.add(value);
  }

  @Override
  public void endItem() {
    items++;
  }

  RowSource source() {
    return new RowSource() {
      private int next;

      @Override
      public boolean hasItem() {
        return next < written.size();
      }

      @Override
      public long readLong() {
        return (Long) written.get(next++);
      }

      @Override
      public Object readValue() {
        return written.get(next++);
      }
    };
  }
}
