package org.millrace.am.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The places of one job while it is planned. Two places of which one executor is true now can be
 * united: from then on they are one, wherever it will be. Owned by the thread that plans.
 */
final class Places {
  private final int[] slots;

  /** Number of the place for each alignment, -1 for none. */
  private int[] byAlignment = {};

  private final Map<Integer, Integer> byExecutor = new HashMap<>();
  private final List<JobPlan.Place> places = new ArrayList<>();

  /** The place that each is united with, itself when with none. */
  private int[] unitedWith = new int[16];

  /**
   * @param slots executors by slot, as reduce partitions go to them in turn; empty when none lives
   */
  Places(int[] slots) {
    this.slots = slots.clone();
  }

  /** Where partition {@code alignment} of each shuffle goes. */
  int aligned(int alignment) {
    if (alignment >= byAlignment.length) {
      int before = byAlignment.length;
      byAlignment = Arrays.copyOf(byAlignment, Math.max(alignment + 1, 2 * before));
      Arrays.fill(byAlignment, before, byAlignment.length, -1);
    }
    if (byAlignment[alignment] < 0) {
      byAlignment[alignment] = add(new JobPlan.Place(-1, alignment));
    }
    return byAlignment[alignment];
  }

  /** An executor. */
  int at(int executorId) {
    return byExecutor.computeIfAbsent(executorId, key -> add(new JobPlan.Place(key, 0)));
  }

  /** Makes two places one when they are on the same executor now; false when they are not. */
  boolean unite(int one, int other) {
    int first = root(one);
    int second = root(other);
    if (first == second) {
      return true;
    }
    int executorId = executorOf(first);
    if (executorId < 0 || executorId != executorOf(second)) {
      return false;
    }
    // The place that names its executor is the one that holds.
    boolean secondHolds = places.get(second).executorId() >= 0;
    unitedWith[secondHolds ? first : second] = secondHolds ? second : first;
    return true;
  }

  /** All places by their number. */
  List<JobPlan.Place> all() {
    List<JobPlan.Place> all = new ArrayList<>(places.size());
    for (int i = 0; i < places.size(); i++) {
      all.add(places.get(root(i)));
    }
    return all;
  }

  private int add(JobPlan.Place place) {
    int number = places.size();
    places.add(place);
    if (number == unitedWith.length) {
      unitedWith = Arrays.copyOf(unitedWith, 2 * number);
    }
    unitedWith[number] = number;
    return number;
  }

  private int root(int place) {
    int current = place;
    while (unitedWith[current] != current) {
      current = unitedWith[current];
    }
    return current;
  }

  private int executorOf(int place) {
    JobPlan.Place known = places.get(place);
    if (known.executorId() >= 0) {
      return known.executorId();
    }
    return slots.length == 0 ? -1 : slots[known.alignment() % slots.length];
  }
}
