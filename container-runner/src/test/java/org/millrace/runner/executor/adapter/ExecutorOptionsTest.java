package org.millrace.runner.executor.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Credential;

class ExecutorOptionsTest {
  private static final String[] NONE = {};

  private static Map<String, String> container() {
    Map<String, String> environment = new HashMap<>();
    environment.put("MILLRACE_DRIVER", "host1:4711");
    environment.put("MILLRACE_EPOCH", "3");
    environment.put("MILLRACE_CONTAINER", "container_5");
    environment.put("MILLRACE_CORES", "2");
    environment.put("MILLRACE_MEMORY_BYTES", "268435456");
    environment.put("MILLRACE_PROGRAM_JARS", "program/a.jar:program/b.jar");
    environment.put("NM_HOST", "node2");
    environment.put("NM_HTTP_PORT", "8042");
    environment.put("CONTAINER_ID", "container_5");
    environment.put("USER", "ada");
    return environment;
  }

  private static void assertRefused(String[] arguments, Map<String, String> environment) {
    assertThatThrownBy(() -> ExecutorOptions.parse(arguments, environment))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
  }

  @Test
  void readsWhatTheMasterSetForTheContainer() {
    ExecutorOptions options = ExecutorOptions.parse(NONE, container());

    assertThat(options.settings().driver()).isEqualTo(new Address("host1", 4711));
    assertThat(options.settings().epoch()).isEqualTo(3);
    assertThat(options.settings().container().name()).isEqualTo("container_5");
    assertThat(options.settings().container().host()).isEqualTo("node2");
    assertThat(options.settings().container().cores()).isEqualTo(2);
    assertThat(options.settings().container().memoryBytes()).isEqualTo(256L << 20);
    assertThat(options.settings().container().logUrl())
        .isEqualTo("http://node2:8042/node/containerlogs/container_5/ada");
    assertThat(options.userJars())
        .containsExactly(Path.of("program/a.jar"), Path.of("program/b.jar"));
  }

  @Test
  void theCommandLineWins() {
    String[] arguments = {
      "--driver", "other:1", "--epoch", "9", "--cores", "4", "--memory-mb", "512",
      "--container", "c", "--host", "h", "--log-url", "u", "--user-classpath", ""
    };

    ExecutorOptions options = ExecutorOptions.parse(arguments, container());

    assertThat(options.settings().driver()).isEqualTo(new Address("other", 1));
    assertThat(options.settings().epoch()).isEqualTo(9);
    assertThat(options.settings().container().memoryBytes()).isEqualTo(512L << 20);
    assertThat(options.settings().container().host()).isEqualTo("h");
    assertThat(options.settings().container().logUrl()).isEqualTo("u");
    assertThat(options.userJars()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MILLRACE_DRIVER",
        "MILLRACE_EPOCH",
        "MILLRACE_CONTAINER",
        "MILLRACE_CORES",
        "MILLRACE_MEMORY_BYTES"
      })
  void saysWhatIsMissing(String variable) {
    Map<String, String> environment = container();
    environment.remove(variable);

    assertThatThrownBy(() -> ExecutorOptions.parse(NONE, environment))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining(variable);
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    assertRefused(new String[] {"--colour", "red"}, container());
    assertRefused(new String[] {"--driver"}, container());
    assertRefused(new String[] {"--driver", "nowhere"}, container());
    assertRefused(new String[] {"--epoch", "-1"}, container());
    assertRefused(new String[] {"--cores", "two"}, container());
  }

  @Test
  void findsTheSecretInTheContainersCredentials(@TempDir Path directory) throws Exception {
    byte[] secret = new byte[Credential.SIZE_BYTES];
    Arrays.fill(secret, (byte) 7);
    Credentials credentials = new Credentials();
    credentials.addSecretKey(new Text(Credential.ALIAS), secret);
    Path file = directory.resolve("container_tokens");
    try (DataOutputStream stream = new DataOutputStream(Files.newOutputStream(file))) {
      credentials.writeTokenStorageToStream(stream);
    }

    Credential found =
        ApplicationSecret.read(Map.of("HADOOP_TOKEN_FILE_LOCATION", file.toString()));

    assertThat(found.secret()).isEqualTo(secret);
  }

  @Test
  void findsTheSecretInAFile(@TempDir Path directory) throws Exception {
    byte[] secret = new byte[Credential.SIZE_BYTES];
    Path file = Files.write(directory.resolve("secret"), secret);

    Credential found = ApplicationSecret.read(Map.of("MILLRACE_SECRET_FILE", file.toString()));

    assertThat(found.secret()).isEqualTo(secret);
  }

  @Test
  void failsWithoutASecret() {
    assertThatThrownBy(() -> ApplicationSecret.read(Map.of()))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED));
  }
}
