package org.millrace.am.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.StateRegistry.Stale;
import org.millrace.runner.wire.proto.StateVersion;

class StateRegistryTest {
  private final StateRegistry registry = new StateRegistry();

  @Test
  void knowsTheNewestVersionAndItsHome() {
    assertThat(registry.home(7, 0)).isEmpty();

    assertThat(registry.onApplied(2, List.of(version(0, 1_000), version(1, 1_000)))).isEmpty();
    assertThat(registry.onApplied(2, List.of(version(0, 2_000)))).isEmpty();

    assertThat(registry.home(7, 0)).contains(new StateHome(2, 2_000, false));
    assertThat(registry.home(7, 1)).contains(new StateHome(2, 1_000, false));
  }

  @Test
  void aLostHomeIsRemembered() {
    registry.onApplied(2, List.of(version(0, 1_000)));
    registry.onApplied(1, List.of(version(1, 1_000)));

    registry.onExecutorLost(2);

    assertThat(registry.home(7, 0)).contains(new StateHome(2, 1_000, true));
    assertThat(registry.home(7, 1)).contains(new StateHome(1, 1_000, false));
  }

  @Test
  void aNewHomeMakesTheCopyOfTheOldOneStale() {
    registry.onApplied(2, List.of(version(0, 1_000)));

    assertThat(registry.onApplied(1, List.of(version(0, 1_000))))
        .containsExactly(new Stale(2, version(0, 1_000)));

    registry.onExecutorLost(1);
    assertThat(registry.onApplied(3, List.of(version(0, 1_000)))).isEmpty();
  }

  private static StateVersion version(int partition, long versionMs) {
    return StateVersion.newBuilder()
        .setStateId(7)
        .setPartition(partition)
        .setVersionMs(versionMs)
        .build();
  }
}
