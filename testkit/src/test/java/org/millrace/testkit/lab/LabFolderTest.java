package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabFolderTest {
  @TempDir private Path temporary;

  @Test
  void refusesAFolderThatHoldsSomethingElse() throws IOException {
    Files.writeString(temporary.resolve("thesis.txt"), "years of work");

    assertThatThrownBy(() -> new LabFolder(temporary).create())
        .isInstanceOf(LabException.class)
        .hasMessageContaining("holds thesis.txt and is not a lab");
  }

  @Test
  void refusesAPathThatHadoopWouldMisread() {
    assertThatThrownBy(() -> new LabFolder(temporary.resolve("a,b")))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("a,b");
    assertThatThrownBy(() -> new LabFolder(temporary.resolve("my lab")))
        .isInstanceOf(LabException.class);
  }

  @Test
  void settingsComeBackAsTheyWere() throws IOException {
    LabFolder folder = new LabFolder(temporary);
    folder.create();
    LabSettings settings =
        new LabSettings(
            1024, 2, new LabPorts(20_100, 3, 2), Map.of("dfs.replication", "2", "a.b", "c d"));

    settings.store(folder.settings());

    assertThat(LabSettings.load(folder.settings())).isEqualTo(settings);
    assertThat(folder.holdsLab()).isTrue();
  }

  @Test
  void chosenPortsAreDistinctForAllProcesses() {
    LabSettings settings = new LabSettings(1024, 2, LabPorts.choose(3, 2), Map.of());

    Stream<Integer> ports =
        Stream.concat(
            settings.processes().stream().flatMap(name -> settings.ports().of(name).stream()),
            Stream.of(settings.ports().kerberos()));

    assertThat(ports).hasSize(LabPorts.count(3, 2)).doesNotHaveDuplicates();
    assertThat(settings.processes())
        .extracting(ProcessName::text)
        .containsExactly("nn", "dn1", "dn2", "dn3", "rm", "nm1", "nm2");
  }

  @Test
  void deletingAFolderDoesNotFollowLinksOutOfIt() throws IOException {
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "stays");
    Path inside = Files.createDirectory(temporary.resolve("inside"));
    Files.createSymbolicLink(inside.resolve("link"), outside);

    LabFolder.delete(inside);

    assertThat(inside).doesNotExist();
    assertThat(outside.resolve("precious")).exists();
  }
}
