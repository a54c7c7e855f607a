package org.millrace.am.snapshot;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Which executor stands by for which partition: never its home; the partitions of a home spread
 * over all others, so that these restore them side by side; then all images spread. What was chosen
 * before stays as long as it is not much worse than another: an image that moves is read anew. Used
 * by one thread for one choice.
 */
final class StandbyChoice {
  private final List<Integer> live;
  private final Map<Integer, Integer> places = new HashMap<>();

  /** Images of partitions of one home, by that and by the place of who has them. */
  private final Map<Integer, int[]> ofHome = new HashMap<>();

  /** Images, by the place of who has them. */
  private final int[] all;

  private StandbyChoice(List<Integer> live) {
    this.live = live;
    this.all = new int[live.size()];
    for (int place = 0; place < live.size(); place++) {
      places.put(live.get(place), place);
    }
  }

  /**
   * Chooses.
   *
   * @param before what was chosen before
   * @param homes where each partition lives
   * @param live executors that may stand by, ordered
   * @return without partitions for which there is nobody
   */
  static NavigableMap<PartitionKey, Integer> choose(
      Map<PartitionKey, Integer> before,
      NavigableMap<PartitionKey, Integer> homes,
      List<Integer> live) {
    return new StandbyChoice(live).choose(before, homes);
  }

  private NavigableMap<PartitionKey, Integer> choose(
      Map<PartitionKey, Integer> before, NavigableMap<PartitionKey, Integer> homes) {
    NavigableMap<PartitionKey, Integer> chosen = new TreeMap<>();
    homes.forEach(
        (key, home) -> {
          Integer place = places.get(before.getOrDefault(key, home));
          if (place != null && live.get(place) != home.intValue()) {
            add(home, place, 1);
            chosen.put(key, live.get(place));
          }
        });
    homes.forEach(
        (key, home) -> {
          int place = chosen.containsKey(key) ? -1 : least(home);
          if (place >= 0) {
            add(home, place, 1);
            chosen.put(key, live.get(place));
          }
        });
    // Each move makes the counts more even, so there is a last one.
    boolean moved = true;
    while (moved) {
      moved = spread(chosen, homes);
    }
    return chosen;
  }

  /** Moves images to who has fewer by two or more. */
  private boolean spread(
      NavigableMap<PartitionKey, Integer> chosen, NavigableMap<PartitionKey, Integer> homes) {
    boolean moved = false;
    for (Map.Entry<PartitionKey, Integer> entry : chosen.entrySet()) {
      int home = homes.get(entry.getKey());
      int from = places.get(entry.getValue());
      int to = least(home);
      int[] its = counts(home);
      boolean isBetter =
          its[to] + 1 < its[from] || (its[to] + 1 == its[from] && all[to] + 1 < all[from]);
      if (isBetter) {
        add(home, from, -1);
        add(home, to, 1);
        entry.setValue(live.get(to));
        moved = true;
      }
    }
    return moved;
  }

  private void add(int home, int place, int count) {
    counts(home)[place] += count;
    all[place] += count;
  }

  private int[] counts(int home) {
    return ofHome.computeIfAbsent(home, added -> new int[live.size()]);
  }

  /** Who has the fewest images of a home's partitions, and of all; -1 when there is nobody. */
  private int least(int home) {
    int[] its = counts(home);
    int least = -1;
    for (int place = 0; place < all.length; place++) {
      if (live.get(place) != home
          && (least < 0
              || its[place] < its[least]
              || (its[place] == its[least] && all[place] < all[least]))) {
        least = place;
      }
    }
    return least;
  }
}
