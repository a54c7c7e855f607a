package org.millrace.runner.executor.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.executor.ScriptedDriver;
import org.millrace.runner.executor.ScriptedDriver.Message;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.adapter.NettySettings;
import org.millrace.runner.wire.adapter.NettyTransport;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Envelope.MessageCase;
import org.millrace.runner.wire.proto.RegisterExecutor;
import org.millrace.runner.wire.proto.ShutDown;

/** The main class in a process of its own, under a driver that the test plays. */
class ExecutorMainTest {
  private static final long DEADLINE_SECONDS = 120;

  @TempDir private Path directory;
  private final byte[] secret = new byte[Credential.SIZE_BYTES];
  private Transport transport;
  private ScriptedDriver driver;
  private Process process;

  private void startDriver() {
    new Random(1).nextBytes(secret);
    transport = new NettyTransport(Credential.of(secret), NettySettings.DEFAULT);
    driver = new ScriptedDriver(transport, new Address("127.0.0.1", 0));
  }

  private void startExecutor(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx128m");
    command.add("-Dlog4j.configuration=" + System.getProperty("log4j.configuration"));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(ExecutorMain.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    Path file = Files.write(directory.resolve("secret"), secret);
    builder.environment().put("MILLRACE_SECRET_FILE", file.toString());
    builder.redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile());
    process = builder.start();
  }

  private void startExecutor() throws IOException {
    startExecutor(
        "--driver", driver.address().toString(),
        "--epoch", Long.toString(ScriptedDriver.EPOCH),
        "--cores", "2",
        "--memory-mb", "128",
        "--container", "container_1",
        "--host", "127.0.0.1");
  }

  /** The driver says nothing more until the test wants it to, however long that takes. */
  private Message register() throws InterruptedException {
    Message message = driver.await(MessageCase.REGISTER_EXECUTOR);
    Envelope.Builder registered = ScriptedDriver.registered(1, false);
    registered
        .getExecutorRegisteredBuilder()
        .putConfiguration(Keys.EXECUTOR_TASK_LEASE.name(), "1h");
    ScriptedDriver.send(message.from(), registered);
    driver.await(MessageCase.HEARTBEAT);
    return message;
  }

  private int exitCode() throws Exception {
    if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("The executor did not end: " + log());
    }
    return process.exitValue();
  }

  private String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  @AfterEach
  void close() throws Exception {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
    if (transport != null) {
      transport.close();
    }
  }

  @Test
  void servesUntilTheDriverShutsItDown() throws Exception {
    startDriver();
    startExecutor();
    Message message = register();
    RegisterExecutor executor = message.frame().envelope().getRegisterExecutor();
    assertThat(executor.getProcessId()).isEqualTo(process.pid());
    assertThat(executor.getCores()).isEqualTo(2);
    assertThat(executor.getDataPort()).isPositive();

    ScriptedDriver.send(
        message.from(),
        Envelope.newBuilder().setShutDown(ShutDown.newBuilder().setReason("enough")));

    assertThat(exitCode()).as(log()).isZero();
    assertThat(log()).contains("SHUT_DOWN: enough").doesNotContain("ERROR");
  }

  @Test
  void endsWithoutAComplaintWhenTheDriverDies() throws Exception {
    startDriver();
    startExecutor();
    register();

    transport.close();

    assertThat(exitCode()).as(log()).isZero();
    assertThat(log()).contains("DRIVER_LOST").doesNotContain("ERROR");
  }

  @Test
  void endsInOrderOnATerminationSignal() throws Exception {
    startDriver();
    startExecutor();
    register();

    process.destroy();

    assertThat(exitCode()).isEqualTo(128 + 15);
    driver.awaitClosed();
    assertThat(log()).contains("STOPPED").doesNotContain("ERROR");
  }

  @Test
  void failsWithAnotherSecret() throws Exception {
    startDriver();
    secret[0]++;
    startExecutor();

    assertThat(exitCode()).isEqualTo(1);
    assertThat(log()).contains("REFUSED").contains("secret");
  }

  @Test
  void saysInOneLineWhatIsWrongWithItsArguments() throws Exception {
    startExecutor("--epoch", "1");

    assertThat(exitCode()).isEqualTo(2);
    assertThat(log()).contains("MILLRACE_CONTAINER");
  }
}
