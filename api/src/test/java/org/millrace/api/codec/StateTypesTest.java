package org.millrace.api.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.ObjectInputStream;
import java.lang.reflect.Type;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class StateTypesTest {
  record Visit(String page, long count, TimeUnit unit, Map<String, List<Visit>> more) {}

  record Connected(String user, Socket connection) {}

  record Nested(String user, List<Connected> connections) {}

  record Box<T>(T content) {}

  record Boxed(Box<Socket> box) {}

  @SuppressWarnings("unused") // only its fields' types are looked at
  static class Session {
    String user;
    int[] counts;
    Visit last;
    transient Socket connection;
    InputStream anyAbstractClass;
    static final Socket SHARED = null;
  }

  static class LongSession extends Session {
    Map<Socket, Integer> byConnection;
  }

  static class Base<T> {
    T value;
  }

  static class Bound extends Base<AtomicLong> {}

  static class Shadowing extends Session {
    @SuppressWarnings("HidingField") // that is what the test is about
    String user;
  }

  @SuppressWarnings("ClassCanBeStatic") // that it is not is what the test is about
  class Inner {}

  static class WithoutConstructor {
    WithoutConstructor(int size) {}
  }

  static class Growing extends ArrayList<String> {
    private static final long serialVersionUID = 1L;
  }

  static class Packed {
    transient long[] table;

    @SuppressWarnings("unused") // Java serialization would call it
    private void readObject(ObjectInputStream in) {}
  }

  static class MorePacked extends Packed {}

  private static final Object ANONYMOUS = new Object() {};

  private static final StateTypes TYPES = new StateTypes(List.of());

  @SuppressWarnings("unused")
  private static Nested[] arrays;

  @SuppressWarnings("unused")
  private static Map<String, ? extends List<Tuple2<Integer, Socket>>> wildcards;

  @SuppressWarnings("unused")
  private static List<Socket>[] lists;

  private static Type typeOf(String field) {
    try {
      return StateTypesTest.class.getDeclaredField(field).getGenericType();
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  private static Refusal refusal(Type type) {
    return TYPES.check(type).orElseThrow();
  }

  private static String name(Class<?> type) {
    return type.getTypeName();
  }

  @Test
  void recordsBeansEnumsArraysAndCollectionsAreAccepted() {
    assertThat(
            List.of(
                Visit.class,
                Session.class,
                TimeUnit.class,
                long.class,
                int[][].class,
                Visit[].class,
                Object.class,
                Comparable.class,
                List.class,
                HashMap.class))
        .allSatisfy(type -> assertThat(TYPES.check(type)).isEmpty());
  }

  @Test
  void aRefusalSaysThePathToTheFieldAndTheWayOut() {
    Refusal refusal = refusal(Connected.class);

    assertThat(refusal.path()).isEqualTo(name(Connected.class) + ".connection");
    assertThat(refusal.type()).isEqualTo(Socket.class);
    assertThat(refusal.message())
        .isEqualTo(
            "org.millrace.api.codec.StateTypesTest$Connected.connection (java.net.Socket) cannot be"
                + " stored in durable state: java.net.Socket is a class of the JDK that no built-in"
                + " codec stores; store something else in its place, make the field transient if it"
                + " can be left out, or give a codec for it:"
                + " StreamingContext.registerCodec(Socket.class, codec)");
  }

  @Test
  void aRefusedRootHasNoFieldToBeLeftOut() {
    assertThat(refusal(Socket.class).message())
        .isEqualTo(
            "java.net.Socket cannot be stored in durable state: java.net.Socket is a class of the"
                + " JDK that no built-in codec stores; store something else in its place, or give a"
                + " codec for it: StreamingContext.registerCodec(Socket.class, codec)");
  }

  @Test
  void pathsGoThroughCollectionsArraysAndGenericClasses() {
    assertThat(refusal(Nested.class).path())
        .isEqualTo(name(Nested.class) + ".connections[element].connection");
    assertThat(refusal(typeOf("arrays")).path())
        .isEqualTo(name(Nested[].class) + "[element].connections[element].connection");
    assertThat(refusal(typeOf("wildcards")).path()).isEqualTo("java.util.Map[value][element]._2");
    assertThat(refusal(typeOf("lists")).path()).isEqualTo("java.util.List[][element][element]");
    assertThat(refusal(Boxed.class).path()).isEqualTo(name(Boxed.class) + ".box.content");
    assertThat(refusal(LongSession.class).path())
        .isEqualTo(name(LongSession.class) + ".byConnection[key]");
    assertThat(refusal(Bound.class).path()).isEqualTo(name(Bound.class) + ".value");
  }

  @Test
  void whatATypeVariableStandsForIsLeftToTheValues() {
    assertThat(TYPES.check(Box.class)).isEmpty();
    assertThat(TYPES.check(Base.class)).isEmpty();
  }

  @Test
  void classesThatFieldsDoNotShowInFullAreRefused() {
    assertThat(refusal(Inner.class).reason())
        .isEqualTo("is an inner class that holds its enclosing object; make it static");
    assertThat(refusal(WithoutConstructor.class).reason())
        .isEqualTo("is no record and has no constructor without arguments");
    assertThat(refusal(Growing.class).reason())
        .isEqualTo("extends java.util.ArrayList, whose content fields do not show");
    assertThat(refusal(Packed.class).reason())
        .isEqualTo("has a serialized form of its own, so its fields may not be all that it holds");
    assertThat(refusal(MorePacked.class).reason())
        .startsWith("has a serialized form of its own (in " + Packed.class.getName() + ")");
    assertThat(refusal(Shadowing.class).reason())
        .isEqualTo("has two fields named user, one of a superclass");
    assertThat(refusal(ANONYMOUS.getClass()).reason())
        .isEqualTo("is an anonymous class, whose name changes with the program");
    Runnable lambda = () -> {};
    assertThat(refusal(lambda.getClass()).reason())
        .isEqualTo("is a lambda or was made while the program ran");
  }

  // ---- codecs of the program

  record NamedCodec<T>(String name, int version) implements Codec<T> {
    @Override
    public void write(T value, CodecOutput out) {}

    @Override
    public T read(int writtenVersion, CodecInput in) {
      return null;
    }
  }

  private static CodecRegistration coded(Class<?> type, String name) {
    return new CodecRegistration(type, new NamedCodec<>(name, 0));
  }

  @Test
  void aRegisteredClassIsAcceptedWhereverItIs() {
    StateTypes types = new StateTypes(List.of(coded(Socket.class, "socket")));

    assertThat(types.check(Nested.class)).isEmpty();
    assertThat(types.check(LongSession.class)).isEmpty();
  }

  @Test
  void aCodecServesSubclassesUnlessTheyHaveTheirOwn() {
    CodecRegistration address = coded(InetAddress.class, "address");
    CodecRegistration readable = coded(Readable.class, "readable");
    StateTypes types = new StateTypes(List.of(address, readable));

    assertThat(types.formOf(InetAddress.getLoopbackAddress().getClass()))
        .isEqualTo(new ClassForm.Coded(address));
    assertThat(types.formOf(java.io.StringReader.class)).isEqualTo(new ClassForm.Coded(readable));
    assertThat(types.formOf(Socket.class)).isInstanceOf(ClassForm.Refused.class);
  }

  @Test
  void oneClassAndOneNameHaveOneCodec() {
    assertIllegal(
        () -> new StateTypes(List.of(coded(Socket.class, "a"), coded(Socket.class, "b"))),
        "registerCodec: java.net.Socket has a codec already; register one for each class");
    assertIllegal(
        () -> new StateTypes(List.of(coded(Socket.class, "a"), coded(InetAddress.class, "a"))),
        "registerCodec: the codec of java.net.InetAddress is named 'a' as that of java.net.Socket"
            + " is; stored values find their codec by its name, so give each its own");
  }

  @Test
  void aCodecHasANameAVersionAndAClassThatNeedsIt() {
    assertIllegal(() -> coded(Socket.class, "a b"), "is named 'a b'; give it 1 to 200 letters");
    assertIllegal(() -> coded(Socket.class, null), "is named 'null'");
    assertIllegal(
        () -> new CodecRegistration(Socket.class, new NamedCodec<>("a", -1)),
        "has version -1; give it a number from 0");
    for (Class<?> type :
        List.of(String.class, int.class, Optional.class, Object.class, Socket[].class)) {
      assertIllegal(() -> coded(type, "a"), "is for a class that is stored in a built-in way");
    }
  }

  private static void assertIllegal(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining(message);
  }
}
