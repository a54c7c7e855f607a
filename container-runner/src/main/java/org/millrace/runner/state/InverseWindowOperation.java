package org.millrace.runner.state;

import org.millrace.api.function.Function2;

/** A reduced window whose value is brought forward by what enters it and what leaves it. */
final class InverseWindowOperation extends WindowOperation {
  private final Function2<Object, Object, Object> reduce;
  private final Function2<Object, Object, Object> inverse;

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  InverseWindowOperation(
      StatePartition state, Place place, Object reduce, Object inverse, Object filter) {
    super(state, place, filter, kept -> kept, true);
    this.reduce = (Function2<Object, Object, Object>) reduce;
    this.inverse = (Function2<Object, Object, Object>) inverse;
  }

  @Override
  void leave(Entry entered, Pane pane, int position) throws Exception {
    Entry entry = entered.isPresent ? entered : table.find(entered.key, entered.hash);
    if (entry == null) {
      window.missing().add(entered);
    } else {
      change(entry, inverse.call(entry.value, pane.value(position)));
    }
  }

  @Override
  void enter(Pane pane, Entry entryOrNull, Object key, int hash, Object value) throws Exception {
    Entry entry = entryOrNull;
    if (entry == null) {
      entry = add(key, hash, value);
    } else {
      change(entry, reduce.call(entry.value, value));
    }
    window.add(pane, entry, value);
  }
}
