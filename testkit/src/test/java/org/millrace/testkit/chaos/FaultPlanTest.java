package org.millrace.testkit.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is drawn, and what the program is that it happens to. */
class FaultPlanTest {
  private static final int MANY = 400;

  @TempDir Path folder;

  private static List<List<Fault>> drawn(long seed, Set<FaultKind> kinds) {
    FaultPlan plan = new FaultPlan(seed, kinds);
    List<List<Fault>> faults = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      faults.add(plan.next());
      assertThat(plan.pauseMs()).isBetween(1_000L, 10_000L);
    }
    return faults;
  }

  @Test
  void theSameSeedGivesTheSameFaults() {
    Set<FaultKind> all = EnumSet.allOf(FaultKind.class);
    assertThat(drawn(7, all)).isEqualTo(drawn(7, all)).isNotEqualTo(drawn(8, all));
  }

  @Test
  void allKindsComeAloneAndTogetherAndTheProgramIsReplacedInBetween() {
    List<List<Fault>> drawn = drawn(7, EnumSet.allOf(FaultKind.class));
    assertThat(drawn.stream().flatMap(List::stream).map(Fault::kind)).contains(FaultKind.values());
    assertThat(drawn.stream().filter(faults -> faults.size() > 1))
        .hasSizeBetween(MANY / 8, MANY / 2)
        .allSatisfy(
            faults ->
                assertThat(faults.stream().map(fault -> fault.kind().target()))
                    .doesNotHaveDuplicates()
                    .doesNotContain(FaultKind.Target.APPLICATION));
  }

  @Test
  void onlyChosenKindsAreDrawn() {
    Set<FaultKind> kinds = EnumSet.of(FaultKind.KILL_DRIVER, FaultKind.PAUSE_EXECUTOR);
    assertThat(drawn(1, kinds).stream().flatMap(List::stream).map(Fault::kind))
        .hasSameElementsAs(kinds);
    assertThat(drawn(1, EnumSet.of(FaultKind.UPGRADE)).stream().flatMap(List::stream))
        .hasSize(MANY)
        .allMatch(fault -> fault.kind() == FaultKind.UPGRADE);
  }

  @Test
  void namesOfFaultsAreReadBack() {
    for (FaultKind kind : FaultKind.values()) {
      assertThat(FaultKind.of(kind.text())).isEqualTo(kind);
    }
    assertThatThrownBy(() -> FaultKind.of("kill-everything"))
        .hasMessageContaining("kill-everything")
        .hasMessageContaining("pause-datanode");
  }

  @Test
  void bothVersionsOfTheProgramCompileIntoJarsOfTheirOwn() throws Exception {
    for (ProgramVersion version : ProgramVersion.values()) {
      Path jar = version.jar(folder);
      try (JarFile file = new JarFile(jar.toFile())) {
        assertThat(file.stream().map(Object::toString))
            .contains(
                "org/millrace/chaos/NumberedSums.class",
                "org/millrace/chaos/NumberedSums$Tally.class",
                "org/millrace/testkit/source/NumberedLinesReceiver.class");
      }
    }
    try (Stream<Path> sources = Files.walk(folder)) {
      List<String> texts = new ArrayList<>();
      for (Path source : sources.filter(each -> each.toString().endsWith(".java")).toList()) {
        texts.add(Files.readString(source));
      }
      assertThat(texts).hasSize(2).doesNotHaveDuplicates().noneMatch(text -> text.contains("//"));
    }
  }
}
