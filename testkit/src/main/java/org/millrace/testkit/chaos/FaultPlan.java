package org.millrace.testkit.chaos;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Draws faults from a seed: the same seed and kinds give the same faults in the same order. What a
 * fault meets when its turn comes depends on the machine, too.
 */
final class FaultPlan {
  private static final double SEVERAL = 0.25;
  private static final int MOST_AT_ONCE = 3;
  private static final int UPGRADE_EACH = 8;

  private final Random random;
  private final List<FaultKind> kinds;
  private final boolean upgrades;
  private int drawn;

  FaultPlan(long seed, Set<FaultKind> kinds) {
    this.random = new Random(seed);
    this.upgrades = kinds.contains(FaultKind.UPGRADE);
    this.kinds = kinds.stream().sorted().filter(kind -> kind != FaultKind.UPGRADE).toList();
  }

  /** The next faults, which begin at the same time and hit different processes. */
  List<Fault> next() {
    drawn++;
    if (upgrades && (kinds.isEmpty() || drawn % UPGRADE_EACH == UPGRADE_EACH / 2)) {
      return List.of(new Fault(FaultKind.UPGRADE, 0, 0));
    }
    int count = random.nextDouble() < SEVERAL ? 2 + random.nextInt(MOST_AT_ONCE - 1) : 1;
    List<Fault> faults = new ArrayList<>();
    Set<FaultKind.Target> hit = new HashSet<>();
    for (int i = 0; i < count; i++) {
      FaultKind kind = kinds.get(random.nextInt(kinds.size()));
      int which = random.nextInt(1 << 16);
      double share = random.nextDouble();
      if (hit.add(kind.target())) {
        faults.add(new Fault(kind, which, holdMs(kind, share)));
      }
    }
    return faults;
  }

  /** A moment between two faults, in which the application does its work. */
  long pauseMs() {
    return 2_000L + random.nextInt(6_000);
  }

  /** Shorter and longer than what the lab's YARN takes for lost, 10 s. */
  private static long holdMs(FaultKind kind, double share) {
    return switch (kind.means()) {
      case PAUSE -> 5_000 + (long) (share * 35_000);
      case KILL -> 1_000 + (long) (share * 19_000);
      case CUT -> 10_000 + (long) (share * 50_000);
      case REPLACE -> 0;
    };
  }
}
