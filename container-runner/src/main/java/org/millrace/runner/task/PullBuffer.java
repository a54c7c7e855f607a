package org.millrace.runner.task;

import java.util.Arrays;

/**
 * The records between a segment that pushes and a user's function that pulls. Owned by the slot
 * loop of its task.
 */
final class PullBuffer implements RecordConsumer {
  private static final int FIRST_RECORDS = 64;

  private Object[] records = new Object[FIRST_RECORDS];
  private int position;
  private int limit;

  @Override
  public void accept(Object record) {
    if (limit == records.length) {
      records = Arrays.copyOf(records, 2 * limit);
    }
    records[limit++] = record;
  }

  boolean isEmpty() {
    return position == limit;
  }

  Object take() {
    Object record = records[position];
    records[position++] = null;
    if (position == limit) {
      position = 0;
      limit = 0;
    }
    return record;
  }

  void clear() {
    Arrays.fill(records, position, limit, null);
    position = 0;
    limit = 0;
  }
}
