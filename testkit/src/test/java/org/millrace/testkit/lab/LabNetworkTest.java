package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names, addresses and commands of separate nodes; {@code LabTest} has those of loopback. */
class LabNetworkTest {
  private static final LabPorts PORTS = new LabPorts(20_345, 3, 2);

  @TempDir Path temporary;

  private static LabNetwork network(LabNetwork.Kind kind) {
    return new LabNetwork(kind, PORTS.base());
  }

  @Test
  void nodesHaveAddressesOfTheirOwnAndMastersThatOfTheBridge() {
    LabNetwork network = network(LabNetwork.Kind.NAMESPACES);
    assertThat(network.master()).isEqualTo("10.78.89.1");
    assertThat(network.host(new ProcessName(Role.NAME_NODE, 1))).isEqualTo("10.78.89.1");
    assertThat(network.host(new ProcessName(Role.DATA_NODE, 3))).isEqualTo("10.78.89.13");
    assertThat(network.host(new ProcessName(Role.NODE_MANAGER, 1))).isEqualTo("10.78.89.11");
    assertThat(network.enter(new ProcessName(Role.NODE_MANAGER, 1)))
        .containsExactly("nsenter", "--net=/var/run/netns/mrl20345-1");
    assertThat(network.enter(new ProcessName(Role.RESOURCE_MANAGER, 1))).isEmpty();
  }

  @Test
  void onLoopbackNobodyCanBeCutOff() {
    LabNetwork network = network(LabNetwork.Kind.LOOPBACK);
    assertThat(network.host(new ProcessName(Role.DATA_NODE, 3))).isEqualTo("localhost");
    assertThat(network.enter(new ProcessName(Role.DATA_NODE, 3))).isEmpty();
    assertThatThrownBy(() -> network.cut(1)).hasMessageContaining("lab up --network namespaces");
  }

  @Test
  void theKindIsRememberedAndSettingsNameTheAddresses() throws IOException {
    LabSettings settings =
        new LabSettings(1024, 2, PORTS, Map.of(), network(LabNetwork.Kind.NAMESPACES));
    Path file = temporary.resolve("lab.properties");
    settings.store(file);
    assertThat(LabSettings.load(file)).isEqualTo(settings);

    LabFolder folder = new LabFolder(temporary.resolve("lab"));
    folder.create();
    new ConfigurationFiles(folder, settings).write();
    for (String name : new String[] {"core-site.xml", "hdfs-site.xml", "yarn-site.xml"}) {
      for (Path side : new Path[] {folder.serverConfiguration(), folder.clientConfiguration()}) {
        assertThat(side.resolve(name)).content().doesNotContain("localhost");
      }
    }
    assertThat(Files.readString(folder.clientConfiguration().resolve("core-site.xml")))
        .contains("hdfs://10.78.89.1:20345");
  }

  @Test
  void kindsThatDoNotExistAndSecureLabsAreRefused() {
    assertThatThrownBy(() -> LabNetwork.Kind.of("vlan")).hasMessageContaining("vlan");
    assertThatThrownBy(
            () ->
                new LabSettings(
                    1024,
                    2,
                    PORTS,
                    Map.of("hadoop.security.authentication", "kerberos"),
                    network(LabNetwork.Kind.NAMESPACES)))
        .hasMessageContaining("secure lab");
  }
}
