package org.millrace.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.millrace.api.StatCounter;
import org.millrace.api.Tuple2;
import org.millrace.api.codec.FormerName;
import org.millrace.api.codec.RenamedTo;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.Time;

/** Classes of the program without a codec: round trips, and reading by later versions of them. */
class RecordsAndBeansTest {
  record Point(int x, int y) {}

  record Everything(
      boolean flag,
      byte tiny,
      short small,
      char letter,
      int number,
      long large,
      float rough,
      double exact,
      String text,
      Object any,
      Point point,
      List<Point> path,
      Color color) {}

  record Nothing() {}

  enum Color {
    RED,
    GREEN {
      @Override
      boolean isCold() {
        return true;
      }
    };

    boolean isCold() {
      return false;
    }
  }

  static class Animal {
    private String name;
    final List<String> sounds = new ArrayList<>();
    transient Socket connection;
    int created = 1;

    void rename(String newName) {
      name = newName;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Animal that
          && getClass() == that.getClass()
          && Objects.equals(name, that.name)
          && sounds.equals(that.sounds)
          && created == that.created;
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, sounds, created);
    }
  }

  static final class Dog extends Animal {
    private double weight;
    private Animal friend;

    @Override
    public boolean equals(Object other) {
      return super.equals(other)
          && weight == ((Dog) other).weight
          && Objects.equals(friend, ((Dog) other).friend);
    }

    @Override
    public int hashCode() {
      return super.hashCode() * 31 + Double.hashCode(weight);
    }
  }

  private static Dog dog() {
    Dog dog = new Dog();
    dog.rename("Rex");
    dog.sounds.add("wuff");
    dog.created = -5;
    dog.weight = 12.5;
    dog.friend = new Animal();
    dog.friend.rename("Tom");
    dog.connection = new Socket();
    return dog;
  }

  private static void assertFails(ErrorCode code, ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(parts);
  }

  private static String name(Class<?> type) {
    return type.getName();
  }

  // ---- round trips

  @Test
  void recordsComeBackEqual() {
    Everything all =
        new Everything(
            true,
            (byte) -1,
            (short) -2,
            '\uffff',
            Integer.MIN_VALUE,
            Long.MIN_VALUE,
            Float.MIN_VALUE,
            -0.0,
            "text",
            Map.of("k", new Point(1, 2)),
            null,
            List.of(new Point(3, 4)),
            Color.GREEN);

    assertThat(Stored.again(all)).isEqualTo(all).hasSameHashCodeAs(all);
    assertThat(Stored.again(new Nothing())).isEqualTo(new Nothing());
    assertThat(Stored.again(new Time(5))).isEqualTo(new Time(5));
  }

  @Test
  void beansComeBackByTheirFieldsWithoutTransientOnes() {
    Dog dog = dog();

    Dog again = (Dog) Stored.again(dog);

    assertThat(again).isEqualTo(dog).hasSameHashCodeAs(dog);
    assertThat(again.connection).isNull();
  }

  @Test
  void fieldsHoldSubclassesOfTheirType() {
    Dog dog = dog();
    dog.friend = dog();

    assertThat(((Dog) Stored.again(dog)).friend).isInstanceOf(Dog.class).isEqualTo(dog.friend);
  }

  @Test
  void constantsWithABodyComeBackAsThemselves() {
    assertThat(Stored.again(Color.GREEN)).isSameAs(Color.GREEN);
    assertThat(Stored.again(Color.RED)).isSameAs(Color.RED);
  }

  @Test
  void classesOfMillraceThatProgramsKeepInStateAreBeansAndRecords() {
    StatCounter counter = new StatCounter(List.of(1.0, 2.0, 4.0));

    StatCounter again = (StatCounter) Stored.again(counter);

    assertThat(again.merge(9)).hasToString(counter.merge(9).toString());
  }

  @Test
  void keysAreFoundAgain() {
    Map<Object, Integer> map = new HashMap<>();
    map.put(new Point(1, 2), 1);
    map.put(Color.RED, 2);
    map.put(new Tuple2<>("a", new Point(3, 4)), 3);
    map.put(List.of("x", 1L), 4);
    map.put(dog(), 5);

    Map<?, ?> again = (Map<?, ?>) Stored.again(map);

    map.forEach((key, value) -> assertThat(again.get(key)).isEqualTo(value));
    for (Object key : map.keySet()) {
      assertThat(again.get(Stored.again(key))).isEqualTo(map.get(key));
    }
  }

  @Test
  void valuesOfOneFileShareItsTypes() {
    StateCodecs codecs = Stored.codecs();
    ValueWriter writer = codecs.newWriter();
    ValueSink first = new ValueSink();
    ValueSink second = new ValueSink();
    writer.write(new Point(1, 2), first);
    int before = writer.typeCount();
    writer.write(new Point(3, 4), first);
    assertThat(writer.typeCount()).isEqualTo(before);
    writer.write(Color.RED, second);
    assertThat(writer.typeCount()).isEqualTo(before + 1);

    ValueReader reader = codecs.newReader(writer.types());
    ValueSource source = new ValueSource(first.view());

    assertThat(reader.read(source)).isEqualTo(new Point(1, 2));
    assertThat(reader.read(source)).isEqualTo(new Point(3, 4));
    assertThat(source.remaining()).isZero();
    assertThat(reader.read(new ValueSource(second.view()))).isEqualTo(Color.RED);
  }

  @Test
  void aFailureLeavesTheSinkAsItWas() {
    ValueWriter writer = Stored.codecs().newWriter();
    ValueSink sink = new ValueSink();
    writer.write("before", sink);
    int size = sink.size();

    assertFails(
        ErrorCode.STATE_TYPE_REFUSED, () -> writer.write(List.of(1, new Object()), sink), "Object");

    assertThat(sink.size()).isEqualTo(size);
    writer.write(new Point(1, 2), sink);
    assertThat(sink.size()).isGreaterThan(size);
  }

  // ---- what cannot be stored

  record Session(String user, Object connection) {}

  record House(Map<String, List<Session>> sessions, Optional<Session> best) {}

  @Test
  void aRefusedPartIsNamedByItsPath() {
    House house = new House(Map.of("a", List.of(new Session("u", new Socket()))), Optional.empty());

    assertFails(
        ErrorCode.STATE_TYPE_REFUSED,
        () -> Stored.again(house),
        name(House.class)
            + ".sessions[value][element].connection (java.net.Socket) cannot be stored in durable"
            + " state: java.net.Socket is a class of the JDK that no built-in codec stores",
        "StreamingContext.registerCodec(Socket.class, codec)");
    assertFails(
        ErrorCode.STATE_TYPE_REFUSED,
        () -> Stored.again(new House(null, Optional.of(new Session("u", new Object())))),
        name(House.class) + ".best[value].connection (java.lang.Object)");
    assertFails(
        ErrorCode.STATE_TYPE_REFUSED,
        () -> Stored.again(new Tuple2<>(1, Map.of(new Thread(), 2))),
        "org.millrace.api.Tuple2._2[key] (java.lang.Thread)");
    assertFails(
        ErrorCode.STATE_TYPE_REFUSED,
        () -> Stored.again((Supplier<String> & Serializable) () -> "x"),
        "is a lambda or was made while the program ran");
  }

  record Declared(Socket connection) {}

  @Test
  void aDeclaredFieldIsRefusedEvenWhileItIsNull() {
    assertFails(
        ErrorCode.STATE_TYPE_REFUSED,
        () -> Stored.again(List.of(new Declared(null))),
        "java.util.ImmutableCollections$List12[element].connection (java.net.Socket)");
    assertThat(Stored.codecs().check(Declared.class))
        .hasValueSatisfying(
            refusal -> assertThat(refusal.path()).isEqualTo(name(Declared.class) + ".connection"));
    assertThat(Stored.codecs().check(Point.class)).isEmpty();
  }

  @Test
  void aValueThatContainsItselfIsRefused() {
    Dog dog = dog();
    dog.friend = dog;

    assertFails(
        ErrorCode.RECORD_TOO_LARGE, () -> Stored.again(dog), "deeper than 200", "contains itself");
  }

  @Test
  void aCollectionThatChangesMeanwhileIsRefused() {
    List<Object> changing =
        new ArrayList<>() {
          private static final long serialVersionUID = 1L;
        };
    assertFails(
        ErrorCode.STATE_TYPE_REFUSED, () -> Stored.again(changing), "is an anonymous class");
    ValueWriter writer = Stored.codecs().newWriter();
    assertFails(
        ErrorCode.ILLEGAL_USE, () -> writer.requireUnchanged(3, 2), "it had 3 elements, then 2");
  }

  // ---- later versions of a class

  record AccountV1(String owner, int balance, List<String> notes, byte flags, float rate) {}

  record AccountV2(
      Long added,
      long balance,
      String owner,
      Optional<String> email,
      org.millrace.api.Optional<Long> limit,
      boolean open,
      char grade,
      short flags,
      double rate) {}

  @Test
  void aRecordGetsDefaultsForAddedComponentsAndDropsRemovedOnes() {
    AccountV1 then = new AccountV1("ann", 7, List.of("x"), (byte) -3, 0.5f);

    assertThat(Stored.evolved(then, AccountV1.class, AccountV2.class))
        .isEqualTo(
            new AccountV2(
                null,
                7,
                "ann",
                Optional.empty(),
                org.millrace.api.Optional.empty(),
                false,
                '\0',
                (short) -3,
                0.5));
  }

  static class ProfileV1 {
    String name = "ann";
    int visits = 7;
    Set<String> tags = new TreeSet<>(Set.of("a"));
    Point last = new Point(1, 2);
    Integer boxed = 5;
  }

  static class ProfileV2 {
    long visits = 100;
    String name = "nobody";
    Map<String, Integer> counts = new HashMap<>(Map.of("new", 1));
    int level = 9;
    long boxed;
  }

  @Test
  void aBeanKeepsWhatItsConstructorGivesToAddedFields() {
    ProfileV2 today = (ProfileV2) Stored.evolved(new ProfileV1(), ProfileV1.class, ProfileV2.class);

    assertThat(today.visits).isEqualTo(7);
    assertThat(today.name).isEqualTo("ann");
    assertThat(today.counts).containsExactly(Map.entry("new", 1));
    assertThat(today.level).isEqualTo(9);
    assertThat(today.boxed).isEqualTo(5);
  }

  @Test
  void aBeanMayBecomeARecordAndBack() {
    record ProfileRecord(String name, long visits, double added) {}

    assertThat(Stored.evolved(new ProfileV1(), ProfileV1.class, ProfileRecord.class))
        .isEqualTo(new ProfileRecord("ann", 7, 0));
    ProfileV1 back =
        (ProfileV1)
            Stored.evolved(
                new Session("u", 3),
                types -> types.replace(name(Session.class), name(ProfileV1.class)));
    assertThat(back.name).isEqualTo("ann");
  }

  @Test
  void aRemovedFieldNeedsNoClass() {
    ProfileV1 then = new ProfileV1();

    Object today =
        Stored.evolved(
            then,
            types ->
                types
                    .replace(name(Point.class), "com.acme.Gone")
                    .replace(
                        "\"java-class\":\"" + name(ProfileV1.class),
                        "\"java-class\":\"" + name(ProfileV2.class)));

    assertThat(((ProfileV2) today).name).isEqualTo("ann");
  }

  @Test
  void aMissingClassIsNamedWithTheWayOut() {
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () ->
            Stored.evolved(
                new Point(1, 2), types -> types.replace(name(Point.class), "com.acme.Gone")),
        "stored state has values of class com.acme.Gone, which the program does not have today",
        "@RenamedTo");
  }

  @RenamedTo(Point.class)
  static final class OldPoint {}

  @RenamedTo(OldPoint.class)
  static final class OldestPoint {}

  @RenamedTo(Circle.class)
  static final class Circle {}

  @Test
  void aRenamedClassIsFoundByWhatItLeftBehind() {
    assertThat(Stored.evolved(new Point(1, 2), Point.class, OldestPoint.class))
        .isEqualTo(new Point(1, 2));
    Object array =
        Stored.evolved(
            new Point[] {new Point(1, 2)},
            types -> types.replace(name(Point.class), name(OldPoint.class)));
    assertThat(array).isEqualTo(new Point[] {new Point(1, 2)});
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.evolved(new Point(1, 2), Point.class, Circle.class),
        "lead in a circle");
  }

  record Place(@FormerName("x") int east, @FormerName({"north", "y"}) int north) {}

  static class PlaceBean {
    @FormerName("x")
    long east;

    long y = 5;
  }

  @Test
  void aRenamedFieldIsFoundByItsFormerName() {
    assertThat(Stored.evolved(new Point(1, 2), Point.class, Place.class))
        .isEqualTo(new Place(1, 2));
    PlaceBean bean = (PlaceBean) Stored.evolved(new Point(1, 2), Point.class, PlaceBean.class);
    assertThat(bean.east).isEqualTo(1);
    assertThat(bean.y).isEqualTo(2);
  }

  record Narrow(byte x, int y) {}

  record Texts(String x, int y) {}

  record BoxedPoint(Integer x, Integer y) {}

  @Test
  void numbersAreOnlyWidened() {
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.evolved(new Point(1, 2), Point.class, Narrow.class),
        "stored state has java.lang.Integer in "
            + name(Narrow.class)
            + ".x (then int), which "
            + name(Narrow.class)
            + ".x (byte) cannot hold; numbers may only be widened");
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.evolved(new Point(1, 2), Point.class, Texts.class),
        "(java.lang.String) cannot hold");
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.evolved(new BoxedPoint(1, null), BoxedPoint.class, Point.class),
        "stored state has null in");
    assertThat(Stored.evolved(new BoxedPoint(1, 2), BoxedPoint.class, Point.class))
        .isEqualTo(new Point(1, 2));
    assertThat(Stored.evolved(new Point(1, 2), Point.class, BoxedPoint.class))
        .isEqualTo(new BoxedPoint(1, 2));
  }

  enum ColorToday {
    BLUE,
    GREEN
  }

  @Test
  void constantsAreFoundByNameAndARemovedOneIsNamed() {
    assertThat(Stored.evolved(Color.GREEN, Color.class, ColorToday.class))
        .isEqualTo(ColorToday.GREEN);
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.evolved(Color.RED, Color.class, ColorToday.class),
        "stored state has the constant RED of "
            + name(ColorToday.class)
            + ", which has [BLUE, GREEN] today; keep the constant");
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.evolved(Color.RED, Color.class, Point.class),
        "is no enum today");
  }

  static final class Sealed {
    final int x;

    Sealed(int x) {
      this.x = x;
    }
  }

  record Positive(int x, int y) {
    Positive {
      if (x <= 0) {
        throw new IllegalArgumentException("x is " + x);
      }
    }
  }

  @Test
  void aClassThatCannotBeMadeAgainIsNamed() {
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.evolved(new Point(1, 2), Point.class, Sealed.class),
        name(Sealed.class) + " is no record and has no constructor without arguments");
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.evolved(new Point(0, 2), Point.class, Positive.class),
        "the constructor of " + name(Positive.class) + " refused what was stored of",
        "x is 0");
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.evolved(new Point(0, 2), Point.class, ColorToday.class),
        "is no record and no bean today");
  }

  @Test
  void whatTheProgramsClassesThrowIsReported() {
    record Incomparable(int x, int y) {}

    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () ->
            Stored.evolved(
                new TreeSet<>(Set.of(new Sortable(1, 2), new Sortable(2, 3))),
                Sortable.class,
                Incomparable.class),
        "cannot be made again: java.lang.ClassCastException",
        "compareTo");
  }

  record Sortable(int x, int y) implements Comparable<Sortable> {
    @Override
    public int compareTo(Sortable other) {
      return Integer.compare(x, other.x);
    }
  }

  record Unlike(int a$b, HashSet<String> a_b) {}

  enum Big {
    ONE$,
    ONE_
  }

  @Test
  void namesThatAvroCannotHaveAreKept() {
    Unlike value = new Unlike(3, new HashSet<>(Set.of("x")));

    assertThat(Stored.again(value)).isEqualTo(value);
    assertThat(Stored.again(List.of(Big.ONE$, Big.ONE_))).isEqualTo(List.of(Big.ONE$, Big.ONE_));
  }
}
