package org.millrace.am.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * The shuffles that bring a dataset to the tasks that read it. One is enough unless a partition is
 * needed in two places. Owned by the thread that plans.
 */
final class Exchange {
  private final Places places;
  private final int partitionCount;
  private final List<Route> routes = new ArrayList<>();

  private record Route(int shuffleId, int[] placeOf) {}

  Exchange(Places places, int partitionCount) {
    this.places = places;
    this.partitionCount = partitionCount;
  }

  /**
   * The shuffle from which a partition can be read in a place.
   *
   * @param planned plans another shuffle and answers its id
   */
  int shuffleTo(int place, int partition, IntSupplier planned) {
    for (Route route : routes) {
      int owner = route.placeOf[partition];
      if (owner < 0 || places.unite(owner, place)) {
        route.placeOf[partition] = place;
        return route.shuffleId;
      }
    }
    int[] placeOf = new int[partitionCount];
    Arrays.fill(placeOf, -1);
    placeOf[partition] = place;
    Route route = new Route(planned.getAsInt(), placeOf);
    routes.add(route);
    return route.shuffleId;
  }
}
