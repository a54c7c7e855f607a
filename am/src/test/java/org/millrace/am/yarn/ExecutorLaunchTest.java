package org.millrace.am.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.io.DataInputByteBuffer;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.security.AMRMTokenIdentifier;
import org.junit.jupiter.api.Test;
import org.millrace.runner.conf.Settings;

class ExecutorLaunchTest {
  private static final byte[] SECRET = {1, 2, 3};

  @Test
  void givesExecutorsTheSecretAndTheFileSystemsTokensButNotTheMastersOwn() throws IOException {
    Credentials credentials = new Credentials();
    credentials.addSecretKey(new Text(ContainerLayout.SECRET), SECRET);
    credentials.addToken(new Text("hdfs"), token("HDFS_DELEGATION_TOKEN"));
    credentials.addToken(new Text("rm"), token(AMRMTokenIdentifier.KIND_NAME.toString()));

    MasterCredentials master = MasterCredentials.of(credentials);

    Credentials read = new Credentials();
    try (DataInputByteBuffer in = new DataInputByteBuffer()) {
      in.reset(master.executorTokens());
      read.readTokenStorageStream(in);
    }
    assertThat(read.getSecretKey(new Text(ContainerLayout.SECRET))).isEqualTo(SECRET);
    assertThat(read.getToken(new Text("hdfs"))).isNotNull();
    assertThat(read.getToken(new Text("rm"))).isNull();
    assertThat(master.secret()).isEqualTo(SECRET).isNotSameAs(master.secret());
  }

  @Test
  void tellsAnExecutorWhoItIsAndWhereTheDriverListens() {
    ExecutorLaunch launch =
        launch(
            Map.of(
                "millrace.executor.memory", "512m",
                "millrace.executor.cores", "3",
                "millrace.executor.extraJavaOptions", "-Xlog:gc"),
            Map.of("JAVA_HOME", "/jdk"));

    ContainerLaunchContext context = launch.context("container_1");

    assertThat(context.getEnvironment())
        .containsEntry("JAVA_HOME", "/jdk")
        .containsEntry("MILLRACE_CONTAINER", "container_1")
        .containsEntry("MILLRACE_DRIVER", "node1:4040")
        .containsEntry("MILLRACE_EPOCH", "7")
        .containsEntry("MILLRACE_DRIVERS", "/staging/drivers")
        .containsEntry("MILLRACE_CORES", "3")
        .containsEntry("MILLRACE_PROGRAM_JARS", "program/0-app.jar:program/1-more.jar");
    assertThat(context.getLocalResources()).containsOnlyKeys("conf", "program/0-app.jar");
    assertThat(context.getCommands())
        .singleElement()
        .asString()
        .contains("org.millrace.runner.executor.adapter.ExecutorMain", " -Xlog:gc ");
    assertThat(launch.size().getMemorySize()).isEqualTo(512);
    assertThat(launch.size().getVirtualCores()).isEqualTo(3);
    assertThat(launch.nodeLabel()).isEmpty();
    ExecutorLaunch other = launch(Map.of("millrace.yarn.nodeLabel", "fast"), Map.of());
    assertThat(other.nodeLabel()).contains("fast");
    assertThat(other.command().line()).doesNotContain("-Xlog");
  }

  private static ExecutorLaunch launch(
      Map<String, String> settings, Map<String, String> environment) {
    LaunchPlan plan =
        new LaunchPlan(
            "Main",
            List.of(),
            List.of("program/0-app.jar", "program/1-more.jar"),
            List.of("a.jar"),
            Map.of(),
            Map.of(),
            "/staging",
            List.of(
                ContainerResource.parse(
                    "FILE|APPLICATION|1|1|hdfs://nn/app.jar|program/0-app.jar")));
    return new ExecutorLaunch(
        Settings.resolve(settings),
        plan,
        ContainerResource.parse("ARCHIVE|APPLICATION|1|1|hdfs://nn/conf.zip|conf"),
        "node1:4040",
        7,
        environment,
        () -> ByteBuffer.allocate(0));
  }

  private static Token<AMRMTokenIdentifier> token(String kind) {
    return new Token<>(new byte[1], new byte[1], new Text(kind), new Text("service"));
  }
}
