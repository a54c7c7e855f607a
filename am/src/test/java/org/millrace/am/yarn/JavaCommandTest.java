package org.millrace.am.yarn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class JavaCommandTest {
  private static final long MIB = 1L << 20;

  @Test
  void replacesTheShellAndUsesTheClassDataArchiveWithARelativeClassPath() {
    assertThat(command(1024 * MIB, 1).line())
        .startsWith("exec ${JAVA_HOME:+$JAVA_HOME/bin/}java ")
        .contains(" -XX:SharedArchiveFile=millrace/app.jsa ")
        .contains(" -cp millrace/a.jar:millrace/b.jar:conf ")
        .contains(" -Dlog4j.configuration=log4j-driver.properties ")
        .contains(" -Dorg.millrace.log.dir=<LOG_DIR> ")
        .endsWith(
            " org.millrace.launcher.Start org.example.Main x 1><LOG_DIR>/stdout"
                + " 2><LOG_DIR>/stderr");
  }

  @Test
  void putsTheProgramsOptionsBehindItsOwnOnOneLine() {
    JavaCommand command =
        new JavaCommand(
            "M",
            "driver",
            List.of(),
            MemoryPlan.of(512 * MIB),
            1,
            "-Xlog:gc\n-Da='b c' ",
            List.of());

    assertThat(command.line()).contains(" -Xlog:gc -Da='b c' -cp ");
  }

  @Test
  void collectsInParallelOnlyWhereThereAreCoresAndMemory() {
    assertThat(command(4096 * MIB, 1).line()).contains("-XX:+UseSerialGC");
    assertThat(command(512 * MIB, 4).line()).contains("-XX:+UseSerialGC");
    assertThat(command(4096 * MIB, 4).line()).contains("-XX:+UseG1GC");
  }

  @Test
  void refusesArgumentsThatAShellWouldChange() {
    assertThatThrownBy(
            () ->
                new JavaCommand(
                    "M", "driver", List.of(), MemoryPlan.of(MIB), 1, "", List.of("$(rm)")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void leavesRoomBesideTheHeap() {
    for (long mib : new long[] {256, 512, 1024, 4096, 16384}) {
      MemoryPlan plan = MemoryPlan.of(mib * MIB);
      assertThat(plan.containerMib()).isEqualTo((int) mib);
      assertThat(plan.heapMib() + plan.directMib()).as("%d MiB", mib).isLessThan(mib - 80);
      assertThat(plan.heapMib()).as("%d MiB", mib).isGreaterThanOrEqualTo(mib / 2);
    }
  }

  private static JavaCommand command(long memoryBytes, int cores) {
    return new JavaCommand(
        "org.example.Main",
        "driver",
        List.of("a.jar", "b.jar"),
        MemoryPlan.of(memoryBytes),
        cores,
        "",
        List.of("x"));
  }
}
