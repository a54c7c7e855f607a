package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.List;
import org.millrace.runner.state.ChangeNotes.PanePlace;

/**
 * What a window was at a version. Immutable.
 *
 * @param oldest number of its oldest pane; {@link Long#MAX_VALUE} without panes
 * @param panes what of them was not known
 * @param changed keys to be looked at when the pane is complete
 * @param missing keys that must be back then
 */
record WindowCapture(
    long oldest, List<Pane.Slice> panes, List<Entry> changed, List<Entry> missing) {
  static WindowCapture of(Window.Mark mark, boolean hasPanes, PanePlace known) {
    List<Pane.Slice> panes = new ArrayList<>();
    if (hasPanes && mark.newest() != null) {
      for (Pane pane = mark.oldest(); ; pane = pane.next) {
        boolean isNewest = pane == mark.newest();
        int until = isNewest ? mark.newestSize() : pane.size();
        int from = pane.number == known.number() ? known.size() : 0;
        if (pane.number >= known.number() && until > from) {
          panes.add(pane.slice(from, until));
        }
        if (isNewest) {
          break;
        }
      }
    }
    return new WindowCapture(
        mark.newest() == null ? Long.MAX_VALUE : mark.oldest().number,
        panes,
        List.copyOf(mark.changed().subList(0, mark.changes())),
        List.copyOf(mark.missing().subList(0, mark.misses())));
  }
}
