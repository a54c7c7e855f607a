package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.program.ScriptedRun.batches;

import java.net.Socket;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Optional;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.codec.Codec;
import org.millrace.api.codec.CodecInput;
import org.millrace.api.codec.CodecOutput;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function3;
import org.millrace.api.function.Function4;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.Time;

/** State of classes that cannot be stored is refused where the program is started. */
class DurableStateTest {
  record Session(String user, Socket connection) {}

  /** Stores nothing: the tests need its class only. */
  static final class SocketCodec implements Codec<Socket> {
    private static final long serialVersionUID = 1L;

    @Override
    public String name() {
      return "socket";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(Socket value, CodecOutput out) {
      out.writeInt(value.getPort());
    }

    @Override
    public Socket read(int writtenVersion, CodecInput in) {
      in.readInt();
      return new Socket();
    }
  }

  private static final String PATH =
      "org.millrace.program.DurableStateTest$Session.connection (java.net.Socket) cannot be stored"
          + " in durable state";

  private final ScriptedRun run = new ScriptedRun();
  private final StreamingContext context = run.context();
  private final PairDStream<String, Long> pairs = run.pairs(List.of());

  @AfterEach
  void stop() {
    run.close();
  }

  private void assertRefused(String description, String path) {
    assertThatThrownBy(context::start)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_TYPE_REFUSED))
        .hasMessageStartingWith("the state of " + description + " at DurableStateTest.java:")
        .hasMessageContaining(": " + path)
        .hasMessageEndingWith("StreamingContext.registerCodec(Socket.class, codec)");
  }

  private static final class Update
      implements Function3<String, Optional<Long>, State<Session>, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long call(String key, Optional<Long> value, State<Session> state) {
      return 0L;
    }
  }

  @Test
  void stateThatANamedFunctionKeepsIsRefusedWithThePath() {
    pairs.mapWithState(StateSpec.function(new Update())).print();

    assertRefused("mapWithState", PATH);
  }

  private static Function4<Time, String, Optional<Long>, State<List<Session>>, Optional<Long>>
      anonymous() {
    return new Function4<>() {
      private static final long serialVersionUID = 1L;

      @Override
      public Optional<Long> call(
          Time time, String key, Optional<Long> value, State<List<Session>> state) {
        return Optional.empty();
      }
    };
  }

  @Test
  void stateOfAnAnonymousFunctionIsRefused() {
    pairs.mapWithState(StateSpec.function(anonymous())).print();

    assertRefused("mapWithState", "java.util.List[element].connection (java.net.Socket)");
  }

  abstract static class Updating<S> implements Function2<List<Long>, Optional<S>, Optional<S>> {
    private static final long serialVersionUID = 1L;

    @Override
    public Optional<S> call(List<Long> values, Optional<S> state) {
      return state;
    }
  }

  private static final class UpdatingSessions extends Updating<Session> {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void typeArgumentsOfSuperclassesCount() {
    pairs.updateStateByKey(new UpdatingSessions()).print();

    assertRefused("updateStateByKey", PATH);
  }

  private static Optional<Session> same(List<Long> values, Optional<Session> state) {
    return values.isEmpty() ? state : Optional.empty();
  }

  @Test
  void stateOfAMethodReferenceIsRefused() {
    pairs.updateStateByKey(DurableStateTest::same).print();

    assertRefused("updateStateByKey", PATH);
  }

  private static final class UpdatingPartitions
      implements Function<
          Iterator<Tuple3<String, List<Long>, Optional<Session>>>,
          Iterator<Tuple2<String, Session>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Tuple2<String, Session>> call(
        Iterator<Tuple3<String, List<Long>, Optional<Session>>> keys) {
      return List.<Tuple2<String, Session>>of().iterator();
    }
  }

  @Test
  void stateOfPartitionsIsRefused() {
    pairs.updateStateByKey(new UpdatingPartitions(), new HashPartitioner(2), true).print();

    assertRefused("updateStateByKey", PATH);
  }

  @Test
  void whatALambdaReducesInAWindowIsRefused() {
    pairs
        .mapValues(count -> new Session("user", null))
        .reduceByKeyAndWindow((one, other) -> one, batches(2), batches(1))
        .print();

    assertRefused("reduceByKeyAndWindow", PATH);
  }

  @Test
  void theKeyOfALambdaIsRefused() {
    pairs
        .mapToPair(pair -> new Tuple2<>(new Session(pair._1(), null), pair._2()))
        .mapWithState(
            StateSpec.function(
                (Session key, Optional<Long> value, State<Long> state) -> value.orElse(0L)))
        .print();

    assertRefused("mapWithState", PATH);
  }

  @Test
  void whatALambdaDoesNotShowIsLeftToTheFirstValue() {
    pairs
        .updateStateByKey((List<Long> values, Optional<Session> state) -> same(values, state))
        .print();

    context.start();
  }

  @Test
  void aRegisteredCodecIsTheWayOut() {
    context.registerCodec(Socket.class, new SocketCodec());
    pairs.mapWithState(StateSpec.function(new Update())).print();

    context.start();

    assertThat(run.engine().graph().codecs())
        .singleElement()
        .satisfies(
            registration -> {
              assertThat(registration.type()).isEqualTo(Socket.class);
              assertThat(registration.codec()).isInstanceOf(SocketCodec.class);
            });
  }

  @Test
  void aSecondCodecOfAClassAndOneAfterTheStartAreRefused() {
    context.registerCodec(Socket.class, new SocketCodec());
    assertThatThrownBy(() -> context.registerCodec(Socket.class, new SocketCodec()))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("java.net.Socket has a codec already");
    pairs.print();
    context.start();

    assertThatThrownBy(() -> context.registerCodec(Socket.class, new SocketCodec()))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CHANGE_AFTER_START))
        .hasMessageStartingWith("registerCodec after the streaming context is ACTIVE");
  }

  @Test
  void aWindowWithoutACheckpointDirectoryHoldsAnything() {
    FakeEngine engine = new FakeEngine(2);
    try (StreamingContext volatileContext =
        new StreamingContext(
            new BatchContext(new StreamingConf(false).setAppName("volatile"), engine),
            new Duration(1000))) {
      volatileContext
          .socketTextStream("localhost", 1)
          .mapToPair(line -> new Tuple2<>(line, new Session(line, null)))
          .reduceByKeyAndWindow((one, other) -> one, batches(2), batches(1))
          .print();

      volatileContext.start();
    }
  }
}
