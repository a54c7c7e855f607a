package org.millrace.am.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StandbyChoiceTest {
  /** Partitions of state 1, with their homes. */
  private static NavigableMap<PartitionKey, Integer> homes(int... homes) {
    NavigableMap<PartitionKey, Integer> all = new TreeMap<>();
    for (int partition = 0; partition < homes.length; partition++) {
      all.put(new PartitionKey(1, partition), homes[partition]);
    }
    return all;
  }

  private static List<Integer> executors(int... chosenOf) {
    return IntStream.of(chosenOf).boxed().toList();
  }

  private static NavigableMap<PartitionKey, Integer> choose(
      Map<PartitionKey, Integer> before,
      NavigableMap<PartitionKey, Integer> homes,
      Integer... live) {
    return StandbyChoice.choose(before, homes, List.of(live));
  }

  @Test
  void spreadsThePartitionsOfAHomeOverAllOthers() {
    assertThat(choose(Map.of(), homes(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3), 1, 2, 3).values())
        .containsExactlyElementsOf(executors(2, 3, 2, 3, 1, 3, 1, 3, 1, 2, 1, 2));
    assertThat(choose(Map.of(), homes(1, 2, 3, 1, 2, 3), 1, 2, 3).values())
        .containsExactlyElementsOf(executors(2, 1, 1, 3, 3, 2));
  }

  @Test
  void nobodyStandsByForItself() {
    assertThat(choose(Map.of(), homes(1, 1, 1), 1)).isEmpty();
    assertThat(choose(Map.of(), homes(1, 1, 2), 1, 2).values())
        .containsExactlyElementsOf(executors(2, 2, 1));
  }

  @Test
  void whatWasChosenStays() {
    NavigableMap<PartitionKey, Integer> homes = homes(1, 2, 3, 1, 2, 3);
    NavigableMap<PartitionKey, Integer> before = choose(Map.of(), homes, 1, 2, 3);
    assertThat(choose(before, homes, 1, 2, 3)).isEqualTo(before);
  }

  @Test
  void anotherIsChosenForWhoIsLostAndForWhoBecameTheHome() {
    NavigableMap<PartitionKey, Integer> before = choose(Map.of(), homes(1, 2, 3, 1, 2, 3), 1, 2, 3);
    NavigableMap<PartitionKey, Integer> after = choose(before, homes(2, 2, 3, 3, 2, 3), 2, 3, 4);
    assertThat(after.values()).containsExactlyElementsOf(executors(4, 3, 4, 2, 3, 2));
  }

  @Test
  void anExecutorThatJoinsTakesItsPart() {
    NavigableMap<PartitionKey, Integer> homes = homes(1, 1, 1, 1, 1, 1);
    NavigableMap<PartitionKey, Integer> before = choose(Map.of(), homes, 1, 2);
    NavigableMap<PartitionKey, Integer> after = choose(before, homes, 1, 2, 3);
    assertThat(after.values()).filteredOn(id -> id == 3).hasSize(3);
    assertThat(choose(after, homes, 1, 2, 3)).isEqualTo(after);
  }

  /** Executors come and go, partitions move: nobody has much more than another. */
  @Test
  void staysEvenWhateverComes() {
    for (long seed = 1; seed <= 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      NavigableMap<PartitionKey, Integer> chosen = new TreeMap<>();
      for (int round = 0; round < 20; round++) {
        int first = round / 2;
        List<Integer> live = IntStream.range(first, first + 2 + random.nextInt(5)).boxed().toList();
        int[] homes = new int[1 + random.nextInt(30)];
        for (int partition = 0; partition < homes.length; partition++) {
          homes[partition] = live.get(random.nextInt(live.size()));
        }
        chosen = StandbyChoice.choose(chosen, homes(homes), live);
        assertThat(StandbyChoice.choose(chosen, homes(homes), live)).isEqualTo(chosen);
        checkEven(homes(homes), chosen, live);
      }
    }
  }

  private static void checkEven(
      NavigableMap<PartitionKey, Integer> homes,
      NavigableMap<PartitionKey, Integer> chosen,
      List<Integer> live) {
    assertThat(chosen.keySet()).isEqualTo(homes.keySet());
    for (int home : live) {
      Map<Integer, Integer> counts = new HashMap<>();
      live.stream().filter(id -> id != home).forEach(id -> counts.put(id, 0));
      chosen.forEach(
          (key, id) -> {
            if (homes.get(key) == home) {
              assertThat(id).isNotEqualTo(home);
              counts.merge(id, 1, Integer::sum);
            }
          });
      int most = counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
      int least = counts.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
      assertThat(most - least).isLessThanOrEqualTo(1);
    }
  }
}
