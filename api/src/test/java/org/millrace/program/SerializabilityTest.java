package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.StorageLevels;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.function.Function;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.StreamingContextState;
import org.millrace.api.streaming.receiver.Receiver;

class SerializabilityTest {
  private final StreamingContext context =
      new StreamingContext(
          new BatchContext(new StreamingConf(false).setAppName("test"), new FakeEngine(2)),
          Durations.seconds(1));
  private final DStream<String> lines = context.socketTextStream("localhost", 1);

  @AfterEach
  void stop() {
    context.stop();
  }

  private static final class Settings implements Serializable {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings({"serial", "unused"}) // what the test is about
    private final List<Object> connections = List.of("fine", new Socket());
  }

  private static final class Tagger implements Function<String, String> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings({"serial", "unused"}) // what the test is about
    private final Object connection;

    private transient Socket notSent = new Socket();

    Tagger(Object connection) {
      this.connection = connection;
    }

    @Override
    public String call(String line) {
      return line + notSent;
    }
  }

  private static final class HoldingReceiver extends Receiver<String> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings({"serial", "unused"}) // what the test is about
    private final Object socket = new Socket();

    HoldingReceiver() {
      super(StorageLevels.MEMORY_ONLY);
    }

    @Override
    public void onStart() {}

    @Override
    public void onStop() {}
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(context::start)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE))
        .hasMessageContainingAll(parts);
    assertThat(context.getState()).isEqualTo(StreamingContextState.STOPPED);
  }

  @Test
  void namesTheFieldOfAFunctionClass() {
    lines.map(new Tagger(new Socket())).print();

    assertRefused(
        "the function of map at SerializabilityTest.java:",
        "SerializabilityTest$Tagger -> field 'connection' (java.net.Socket) is not Serializable",
        "transient",
        "mapPartitions");
  }

  @Test
  void namesTheWayThroughCollections() {
    lines.map(new Tagger(Map.of("key", new Settings()))).print();

    assertRefused(
        "field 'connection' (java.util.",
        "-> value of key key (org.millrace.program.SerializabilityTest$Settings)",
        "-> field 'connections' (",
        "-> element 1 (java.net.Socket) is not Serializable");
  }

  @Test
  void namesTheCapturedVariableOfALambda() {
    Socket socket = new Socket();
    lines.filter(line -> socket.isConnected()).print();

    assertRefused(
        "the function of filter",
        "lambda in org.millrace.program.SerializabilityTest",
        "-> captured variable 1 (java.net.Socket) is not Serializable");
  }

  @Test
  void namesThisWhenALambdaUsesAField() {
    lines.filter(line -> lines == null).print();

    assertRefused("captured 'this' (org.millrace.program.SerializabilityTest) is not Serializable");
  }

  @Test
  void namesTheVariableOfAnAnonymousClass() {
    Socket socket = new Socket();
    lines
        .map(
            new Function<String, String>() {
              private static final long serialVersionUID = 1L;

              @Override
              public String call(String line) {
                return line + socket;
              }
            })
        .print();

    assertRefused("SerializabilityTest$1 -> ", "is not Serializable");
  }

  @Test
  void saysThatDatasetsStayInTheDriver() {
    RDD<String> reference = context.sparkContext().parallelize(List.of("a"));
    lines.filter(line -> reference.collect().contains(line)).print();

    assertRefused("(org.millrace.api.RDD) is not Serializable", "live in the driver");
  }

  @Test
  void checksReceivers() {
    context.receiverStream(new HoldingReceiver()).print();

    assertRefused("the receiver of receiverStream at SerializabilityTest.java:", "field 'socket'");
  }

  @Test
  void leavesFunctionsAloneThatStayInTheDriver() {
    Socket socket = new Socket();
    lines
        .transform(rdd -> socket.isConnected() ? rdd : rdd.filter(line -> true))
        .foreachRDD(rdd -> socket.isConnected());
    context.start();

    assertThat(context.getState()).isEqualTo(StreamingContextState.ACTIVE);
  }

  @Test
  void leavesStreamsAloneThatNoOutputNeeds() {
    Socket socket = new Socket();
    lines.map(line -> line + socket);
    lines.print();
    context.start();

    assertThat(context.getState()).isEqualTo(StreamingContextState.ACTIVE);
  }
}
