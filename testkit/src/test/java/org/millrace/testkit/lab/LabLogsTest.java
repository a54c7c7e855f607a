package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for errors on sample logs: it can fail a test. */
class LabLogsTest {
  private static final String INFO =
      "2026-11-21 10:33:11,712 INFO  [main] NameNode: all is well, no ERROR at all\n";
  private static final String WARNING_WITH_TRACE =
      "2026-11-21 10:33:11,713 WARN  [main] Client: connection lost\n"
          + "java.io.IOException: gone\n"
          + "\tat org.example.A.a(A.java:1)\n"
          + "Caused by: java.io.EOFException\n"
          + "\tat org.example.B.b(B.java:2)\n";
  private static final String ERROR =
      "2026-11-21 10:33:11,714 ERROR [work-1] Store: cannot write\n"
          + "java.io.IOException: No space left on device\n"
          + "\tat org.example.A.a(A.java:1)\n";

  private static final String OF_PIPELINE =
      "2026-11-21 12:49:23,497 ERROR [DataXceiver for client DFSClient_NONMAPREDUCE_-1_110 at"
          + " /127.0.0.1:36156 [Receiving block BP-2:blk_1_1020]] DataNode: ";
  private static final String OF_XCEIVER =
      OF_PIPELINE
          + "localhost:26930:DataXceiver error processing WRITE_BLOCK operation  src:"
          + " /127.0.0.1:36156 dst: /127.0.0.1:26930\n";
  private static final String TO_MIRROR =
      OF_PIPELINE
          + "DataNode{data=FSDataset{dirpath='[/lab/data/dn3]'}, localName='localhost:26936',"
          + " xmitsInProgress=0}:Exception transferring block BP-2:blk_1_1020 to mirror"
          + " 127.0.0.1:26933\n";
  private static final String FRAMES =
      "\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n"
          + "\tat java.base/sun.nio.ch.Net.pollConnectNow(Net.java:672)\n"
          + "\tat org.apache.hadoop.net.SocketIOWithTimeout.connect(SocketIOWithTimeout.java:205)\n"
          + "\tat org.apache.hadoop.net.SocketIOWithTimeout.connect(SocketIOWithTimeout.java:206)\n"
          + "\tat org.apache.hadoop.net.SocketIOWithTimeout.connect(SocketIOWithTimeout.java:207)\n";

  @TempDir private Path folder;

  private Path write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static List<LoggedError> scan(String text) {
    return LogScanner.scan("nn", Path.of("nn.log"), text, 0);
  }

  @Test
  void quietLogsHoldNoErrorAlsoWithTracesOfWhatWasHandled() {
    assertThat(scan(INFO + WARNING_WITH_TRACE + INFO)).isEmpty();
  }

  @Test
  void anErrorIsGivenWithItsProcessPlaceAndTrace() {
    List<LoggedError> errors = scan(INFO + ERROR + INFO);

    assertThat(errors).hasSize(1);
    assertThat(errors.get(0).line()).isEqualTo(2);
    assertThat(errors.get(0).lines()).hasSize(3);
    assertThat(errors.get(0).toString())
        .startsWith("nn in nn.log, line 2:")
        .contains("cannot write")
        .contains("No space left on device")
        .doesNotContain("all is well");
  }

  @Test
  void fatalLinesAndUncaughtExceptionsAreErrors() {
    assertThat(scan(INFO.replace("INFO ", "FATAL"))).hasSize(1);
    assertThat(
            scan(INFO + "Exception in thread \"main\" java.lang.Error: x\n\tat a.B.c(B.java:1)\n"))
        .hasSize(1)
        .allSatisfy(error -> assertThat(error.lines().get(0)).contains("Error: x"));
    assertThat(scan("Terminating due to java.lang.OutOfMemoryError: Java heap space\n")).hasSize(1);
    assertThat(scan("#\n# A fatal error has been detected by the Java Runtime Environment:\n"))
        .hasSize(1);
  }

  @Test
  void aTraceOutsideOfLogLinesIsAnError() {
    assertThat(
            scan(
                "hello\njava.lang.IllegalStateException: lost\n\tat a.B.c(B.java:1)\n\tat a.B.d\n"))
        .singleElement()
        .satisfies(error -> assertThat(error.text()).contains("nn: java.lang.IllegalState"));
  }

  @Test
  void allProcessesAreLookedThroughAndEachErrorIsToldOnce() throws IOException {
    LabLogs logs = new LabLogs(folder);
    write("nn.log", INFO + ERROR);
    write("dn1.out", "Exception in thread \"x\" java.lang.Error\n");
    write("containers/nm1/application_1_1/container_1_1_01_000001/driver.log", INFO + ERROR);
    write("containers/nm1/application_1_1/container_1_1_01_000001/launch_container.sh", ERROR);
    write("containers/nm2/application_1_1/container_1_1_01_000002/stderr", ERROR);

    assertThat(logs.unexpected())
        .extracting(LoggedError::process)
        .containsExactlyInAnyOrder(
            "nn", "dn1", "container_1_1_01_000001", "container_1_1_01_000002");
    assertThat(logs.unexpected()).isEmpty();

    write("nn.log", ERROR.substring(0, 20));
    assertThat(logs.unexpected()).isEmpty();
    write("nn.log", ERROR.substring(20));
    assertThat(logs.unexpected())
        .singleElement()
        .satisfies(error -> assertThat(error.line()).isEqualTo(5));
  }

  @Test
  void whatATestAnnouncesIsExpectedToTheEndOfTheNextClass() throws IOException {
    LabLogs logs = new LabLogs(folder);
    logs.expect("^nn: .*Store: cannot write.*No space left");
    write("nn.log", ERROR);
    write("rm.log", ERROR);
    assertThat(logs.unexpected()).extracting(LoggedError::process).containsExactly("rm");

    logs.ageExpectations();
    write("nn.log", ERROR);
    assertThat(logs.unexpected()).isEmpty();

    logs.ageExpectations();
    write("nn.log", ERROR);
    assertThat(logs.unexpected()).hasSize(1);
  }

  @Test
  void whatHadoopLogsInNormalOperationIsLeftOut() throws IOException {
    LabLogs logs = new LabLogs(folder);
    String usual =
        "2026-11-21 10:28:12,681 ERROR [RM Event dispatcher] RMAppAttemptImpl: App attempt:"
            + " appattempt_1_0001_000001 can't handle this event at current state\n"
            + "org.apache.hadoop.yarn.state.InvalidStateTransitionException: Invalid event:"
            + " ATTEMPT_UPDATE_SAVED at RUNNING\n";
    write("rm.log", usual);
    for (String end : List.of("FINISHING", "FINISHED", "KILLED")) {
      write("rm.log", usual.replace("at RUNNING", "at " + end));
    }
    assertThat(logs.unexpected()).isEmpty();
    write("rm.log", usual.replace("at RUNNING", "at FAILED"));
    write("rm.log", usual.replace("ATTEMPT_UPDATE_SAVED at RUNNING", "REGISTERED at FINAL_SAVING"));
    assertThat(logs.unexpected()).hasSize(2);
  }

  @Test
  void aMasterThatYarnKillsMayStillAskAnything() throws IOException {
    LabLogs logs = new LabLogs(folder);
    logs.expect(Lab.MASTER_KILLED);
    String error = "2026-11-21 10:28:12,681 ERROR [IPC Server handler 3] ";
    String attempt = "appattempt_1_0001_000001";
    String master = "containers/nm1/application_1_1/container_1_1_01_000001/driver.log";
    write(
        "rm.log",
        error
            + "ApplicationMasterService: Application attempt "
            + attempt
            + " doesn't exist in ApplicationMasterService cache.\n"
            + error
            + "ApplicationMasterService: Application doesn't exist in cache "
            + attempt
            + "\n"
            + error
            + "RMAppAttemptImpl: App attempt: "
            + attempt
            + " can't handle this event at current state\n"
            + "org.apache.hadoop.yarn.state.InvalidStateTransitionException: Invalid event:"
            + " REGISTERED at FINAL_SAVING\n"
            + FRAMES);
    for (String said :
        List.of(
            "ApplicationMaster: The program failed\norg.millrace.api.error.MillraceException: The"
                + " application master on a could not register with the ResourceManager\n",
            "HaltingFatalHandler: Fatal fault in 'application master': the process halts\n"
                + "org.millrace.api.error.MillraceException: The ResourceManager refuses this"
                + " application master: x\n",
            "AMRMClientAsyncImpl: Exception on heartbeat\n",
            "ApplicationMaster: YARN could not be told that the application has ended\n")) {
      for (String why :
          List.of(
              attempt + " not found in AMRMTokenSecretManager.",
              "Application doesn't exist in cache " + attempt)) {
        write(master, error + said + FRAMES + "Caused by: java.io.IOException: " + why + "\n");
      }
    }
    write(
        master,
        error
            + "HaltingFatalHandler: Fatal fault in 'application master': the process halts\n"
            + "org.millrace.api.error.MillraceException: The ResourceManager asked this attempt to"
            + " shut down\n");
    assertThat(logs.unexpected()).isEmpty();

    write(
        master,
        error
            + "ApplicationMaster: YARN could not be told that the application has ended\n"
            + "java.net.ConnectException: Connection refused\n");
    write(
        "rm.log",
        error + "RMAppAttemptImpl: App attempt: " + attempt + " can't handle this event\n");
    assertThat(logs.unexpected()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.net.ConnectException: Connection refused",
        "java.net.SocketException: Connection reset",
        "java.net.SocketTimeoutException: 65000 millis timeout while waiting for channel",
        "java.io.IOException: Premature EOF from inputStream",
        "java.io.IOException: Connection reset by peer",
        "java.io.IOException: Not ready to serve the block pool, BP-2.",
        "java.io.EOFException: Unexpected EOF while trying to read response from server",
        "java.io.InterruptedIOException: Interrupted while waiting for IO on channel",
        "java.nio.channels.ClosedByInterruptException",
        "org.apache.hadoop.hdfs.server.datanode.ReplicaNotFoundException: Cannot append",
        "org.apache.hadoop.hdfs.protocol.RecoveryInProgressException: Recovery in progress"
      })
  void aDataNodeLosesTheOthersOfAPipeline(String exception) throws IOException {
    LabLogs logs = new LabLogs(folder);
    write("dn1.log", INFO + OF_XCEIVER + exception + "\n" + FRAMES + INFO);
    write("dn3.log", TO_MIRROR + exception + "\n" + FRAMES);
    assertThat(logs.unexpected()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.io.IOException: No space left on device",
        "org.apache.hadoop.util.DiskChecker$DiskErrorException: Directory is not writable",
        "org.apache.hadoop.security.token.SecretManager$InvalidToken: Block token is expired",
        "java.lang.OutOfMemoryError: Java heap space",
        "java.lang.NullPointerException"
      })
  void whatIsWrongWithADataNodeItselfIsAnErrorInPipelinesToo(String exception) throws IOException {
    LabLogs logs = new LabLogs(folder);
    write("dn1.log", OF_XCEIVER + exception + "\n" + FRAMES);
    write("dn3.log", TO_MIRROR + exception + "\n" + FRAMES);
    assertThat(logs.unexpected()).extracting(LoggedError::process).containsExactly("dn1", "dn3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nn", "dn2", "rm", "nm1"})
  void daemonsLoseTheirPeers(String daemon) throws IOException {
    LabLogs logs = new LabLogs(folder);
    String call = ERROR.lines().findFirst().orElseThrow().replace("cannot write", "no answer");
    write(
        daemon + ".log",
        call
            + "\njava.net.ConnectException: Call From a/127.0.0.1 to localhost:26900 failed\n"
            + FRAMES
            + call
            + "\n"
            + "java.io.EOFException: End of File Exception between local host is: a; destination\n"
            + FRAMES
            + call
            + "\norg.apache.hadoop.yarn.exceptions.YarnRuntimeException: cannot register\n"
            + FRAMES
            + FRAMES
            + "Caused by: java.net.SocketException: Connection reset\n");
    assertThat(logs.unexpected()).isEmpty();

    write(daemon + ".log", call + "\njava.net.BindException: Address already in use\n" + FRAMES);
    write(daemon + ".log", call + "\njava.net.SocketException: Too many open files\n" + FRAMES);
    write(daemon + ".log", call + "\njava.io.EOFException\n" + FRAMES);
    write(
        daemon + ".log",
        call.replace("ERROR", "FATAL") + "\njava.net.ConnectException: refused\n" + FRAMES);
    assertThat(logs.unexpected()).hasSize(4);
  }

  @Test
  void ourProcessesAreToKnowWhatToDoWhenAPeerIsGone() throws IOException {
    LabLogs logs = new LabLogs(folder);
    String error = OF_XCEIVER + "java.net.SocketException: Connection reset\n" + FRAMES;
    for (String file : List.of("driver.log", "executor.log", "stderr", "stdout")) {
      write("containers/nm1/application_1_1/container_1_1_01_000001/" + file, error);
    }
    write("launcher.log", error);
    assertThat(logs.unexpected()).hasSize(5);
  }
}
