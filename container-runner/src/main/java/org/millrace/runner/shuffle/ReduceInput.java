package org.millrace.runner.shuffle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** What has arrived for one reduce partition. Guarded by the lock of its {@link ShuffleStore}. */
final class ReduceInput {
  private static final int MAX_MAPS = 1 << 20;
  private static final int MAX_PAGES = 1 << 22;

  /** All maps send 0 unless the driver named another attempt. */
  private static final int FIRST_ATTEMPT = 0;

  private final List<MapInput> maps = new ArrayList<>();
  private final List<Runnable> waiting = new ArrayList<>(1);
  private int completeMaps;
  private MillraceException failure;

  /** The attempts of one map partition. */
  private static final class MapInput {
    private final Map<Integer, Attempt> attempts = new HashMap<>(2);
    private int inUse = FIRST_ATTEMPT;

    Attempt attempt(int number) {
      return attempts.computeIfAbsent(number, unused -> new Attempt());
    }

    boolean isComplete() {
      Attempt attempt = attempts.get(inUse);
      return attempt != null && attempt.received == attempt.expected;
    }
  }

  private static final class Attempt {
    private final List<Page> pages = new ArrayList<>(1);
    private int received;
    private int expected = -1;
  }

  /** False when the page is here already. */
  boolean add(int mapPartition, int attemptNumber, int number, Page page) {
    bound("page", number, MAX_PAGES);
    MapInput map = map(mapPartition);
    boolean before = map.isComplete();
    Attempt attempt = map.attempt(attemptNumber);
    while (attempt.pages.size() <= number) {
      attempt.pages.add(null);
    }
    if (attempt.pages.get(number) != null) {
      return false;
    }
    attempt.pages.set(number, page);
    attempt.received++;
    count(before, map);
    return true;
  }

  void end(int mapPartition, int attemptNumber, int pageCount) {
    bound("page count", pageCount, MAX_PAGES);
    MapInput map = map(mapPartition);
    boolean before = map.isComplete();
    map.attempt(attemptNumber).expected = pageCount;
    count(before, map);
  }

  /**
   * Whoever waits for this partition waits for this attempt of the map. One that is here as a whole
   * stays in use: its readers may have been told that it is ready, and all attempts give the same.
   */
  void useAttempt(int mapPartition, int attempt) {
    MapInput map = map(mapPartition);
    if (!map.isComplete()) {
      map.inUse = attempt;
      count(false, map);
    }
  }

  private void count(boolean before, MapInput map) {
    completeMaps += (map.isComplete() ? 1 : 0) - (before ? 1 : 0);
  }

  private MapInput map(int mapPartition) {
    bound("map partition", mapPartition, MAX_MAPS);
    while (maps.size() <= mapPartition) {
      maps.add(new MapInput());
    }
    return maps.get(mapPartition);
  }

  private static void bound(String what, int value, int limit) {
    if (value < 0 || value > limit) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "a shuffle message has the " + what + " " + value + ", expected 0 to " + limit);
    }
  }

  /** A page that cannot be used: whoever reads this partition fails with it. */
  void fail(MillraceException cause) {
    failure = failure == null ? cause : failure;
  }

  boolean isReady(int mapCount) {
    return failure != null || completeMaps >= mapCount;
  }

  void whenReady(Runnable action) {
    waiting.add(action);
  }

  /** The actions to run when it is ready, each given once. */
  List<Runnable> takeWaiting() {
    List<Runnable> actions = List.copyOf(waiting);
    waiting.clear();
    return actions;
  }

  /** All pages in (map partition, page) order. */
  List<Page> pages() {
    if (failure != null) {
      throw failure;
    }
    List<Page> all = new ArrayList<>();
    for (MapInput map : maps) {
      all.addAll(map.attempt(map.inUse).pages);
    }
    return all;
  }

  void forEachPage(Consumer<Page> action) {
    for (MapInput map : maps) {
      for (Attempt attempt : map.attempts.values()) {
        attempt.pages.stream().filter(Objects::nonNull).forEach(action);
      }
    }
  }
}
