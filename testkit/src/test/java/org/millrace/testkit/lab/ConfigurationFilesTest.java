package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFilesTest {
  @TempDir private Path temporary;

  private Configuration written(Path configurationFolder) throws IOException {
    Configuration configuration = new Configuration(false);
    for (String name : List.of("core-site.xml", "hdfs-site.xml", "yarn-site.xml")) {
      configuration.addResource(Files.newInputStream(configurationFolder.resolve(name)));
    }
    return configuration;
  }

  private LabFolder write(Map<String, String> hadoopSettings) throws IOException {
    LabFolder folder = new LabFolder(temporary.resolve("lab"));
    folder.create();
    LabSettings settings = new LabSettings(2048, 4, new LabPorts(21_000, 2, 2), hadoopSettings);
    new ConfigurationFiles(folder, settings).write();
    return folder;
  }

  @Test
  void clientsFindTheServersWhereTheyListen() throws IOException {
    LabFolder folder = write(Map.of());

    Configuration server = written(folder.serverConfiguration());
    Configuration client = written(folder.clientConfiguration());

    for (String key :
        List.of(
            "fs.defaultFS",
            "dfs.namenode.rpc-address",
            "dfs.namenode.http-address",
            "yarn.resourcemanager.address",
            "yarn.resourcemanager.scheduler.address",
            "yarn.resourcemanager.webapp.address",
            "yarn.nodemanager.remote-app-log-dir")) {
      assertThat(client.get(key)).as(key).isNotNull().isEqualTo(server.get(key));
    }
    assertThat(client.get("fs.defaultFS")).isEqualTo("hdfs://localhost:21000");
  }

  @Test
  void clientsDoNotSeeWhereServersStore() throws IOException {
    LabFolder folder = write(Map.of());

    Configuration client = written(folder.clientConfiguration());

    assertThat(client)
        .as("no client setting names the lab's folder")
        .noneMatch(entry -> entry.getValue().contains(temporary.toString()));
    assertThat(client.get("yarn.nodemanager.local-dirs")).isNull();
  }

  @Test
  void noPlaceholderIsLeft() throws IOException {
    LabFolder folder = write(Map.of());

    try (Stream<Path> files = Files.walk(folder.home().resolve("conf"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).as(file.toString()).doesNotContainPattern("@[a-z.]+@");
      }
    }
  }

  @Test
  void replicationIsNeverMoreThanTheDataNodes() throws IOException {
    LabFolder folder = write(Map.of());

    assertThat(written(folder.clientConfiguration()).getInt("dfs.replication", -1)).isEqualTo(2);
  }

  @Test
  void ownSettingsWinInTheFileOfTheirPrefix() throws IOException {
    LabFolder folder =
        write(
            Map.of(
                "dfs.replication", "1",
                "yarn.am.liveness-monitor.expiry-interval-ms", "3000",
                "hadoop.security.note", "a<b & c"));

    Configuration client = written(folder.clientConfiguration());

    assertThat(client.getInt("dfs.replication", -1)).isEqualTo(1);
    assertThat(client.getInt("yarn.am.liveness-monitor.expiry-interval-ms", -1)).isEqualTo(3000);
    assertThat(client.get("hadoop.security.note")).isEqualTo("a<b & c");
    assertThat(Files.readString(folder.serverConfiguration().resolve("core-site.xml")))
        .doesNotContain("dfs.replication");
  }
}
