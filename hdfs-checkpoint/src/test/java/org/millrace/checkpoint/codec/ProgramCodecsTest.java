package org.millrace.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.BiFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.millrace.api.Tuple2;
import org.millrace.api.codec.Codec;
import org.millrace.api.codec.CodecInput;
import org.millrace.api.codec.CodecOutput;
import org.millrace.api.codec.CodecRegistration;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Values of classes for which the program registered a codec. */
class ProgramCodecsTest {
  /** No record, no bean: only a codec can store it. */
  static class Money {
    final String currency;
    final long cents;

    Money(String currency, long cents) {
      this.currency = currency;
      this.cents = cents;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Money that && currency.equals(that.currency) && cents == that.cents;
    }

    @Override
    public int hashCode() {
      return currency.hashCode() * 31 + Long.hashCode(cents);
    }
  }

  static final class Tip extends Money {
    Tip(String currency, long cents) {
      super(currency, cents);
    }
  }

  /** Version 1 wrote whole units as an int, version 2 writes cents. */
  record MoneyCodec(String name, int version, BiFunction<Integer, CodecInput, Money> reading)
      implements Codec<Money> {
    MoneyCodec(int version) {
      this("money", version, MoneyCodec::readMoney);
    }

    @Override
    public void write(Money value, CodecOutput out) {
      out.writeString(value.currency);
      if (version == 1) {
        out.writeInt((int) (value.cents / 100));
      } else {
        out.writeLong(value.cents);
      }
    }

    @Override
    public Money read(int writtenVersion, CodecInput in) {
      return reading.apply(writtenVersion, in);
    }

    private static Money readMoney(int writtenVersion, CodecInput in) {
      String currency = in.readString();
      return new Money(currency, writtenVersion == 1 ? 100L * in.readInt() : in.readLong());
    }
  }

  record Everything(byte[] bytes, String text) {}

  record EverythingCodec(String name, int version) implements Codec<Everything> {
    @Override
    public void write(Everything value, CodecOutput out) {
      out.writeBoolean(true);
      out.writeByte(-7);
      out.writeInt(Integer.MIN_VALUE);
      out.writeLong(Long.MAX_VALUE);
      out.writeFloat(1.5f);
      out.writeDouble(-2.5);
      out.writeString(value.text());
      out.writeBytes(value.bytes());
    }

    @Override
    public Everything read(int writtenVersion, CodecInput in) {
      assertThat(in.readBoolean()).isTrue();
      assertThat(in.readByte()).isEqualTo(-7);
      assertThat(in.readInt()).isEqualTo(Integer.MIN_VALUE);
      assertThat(in.readLong()).isEqualTo(Long.MAX_VALUE);
      assertThat(in.readFloat()).isEqualTo(1.5f);
      assertThat(in.readDouble()).isEqualTo(-2.5);
      String text = in.readString();
      byte[] bytes = in.readBytes();
      assertThat(in.remaining()).isZero();
      return new Everything(bytes, text);
    }
  }

  private static CodecRegistration money(int version) {
    return new CodecRegistration(Money.class, new MoneyCodec(version));
  }

  private static Object written(
      Object value, CodecRegistration then, List<CodecRegistration> today) {
    ValueWriter writer = Stored.codecs(then).newWriter();
    ValueSink sink = new ValueSink();
    writer.write(value, sink);
    StateCodecs reading = new StateCodecs(ProgramCodecsTest.class.getClassLoader(), today);
    return reading.newReader(writer.types()).read(new ValueSource(sink.view()));
  }

  private static void assertFails(ErrorCode code, ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(parts);
  }

  @Test
  void valuesComeBackWhereverTheyAre() {
    Tuple2<?, ?> value = new Tuple2<>(new Money("EUR", 123), List.of(new Money("USD", -1)));

    assertThat(Stored.again(value, money(2))).isEqualTo(value).hasSameHashCodeAs(value);
  }

  @Test
  void subclassesGoByTheCodecOfTheirSuperclassAndShareItsBranch() {
    ValueWriter writer = Stored.codecs(money(2)).newWriter();
    ValueSink sink = new ValueSink();
    writer.write(new Money("EUR", 1), sink);
    int types = writer.typeCount();
    writer.write(new Tip("EUR", 2), sink);

    assertThat(writer.typeCount()).isEqualTo(types);
    assertThat(Stored.again(new Tip("EUR", 2), money(2))).isEqualTo(new Money("EUR", 2));
  }

  @Test
  void everyPartOfACodecComesBack() {
    CodecRegistration registration =
        new CodecRegistration(Everything.class, new EverythingCodec("every.thing-1", 0));
    for (String text : List.of("", "plain", "ö\ud83d\ude00", "\ud83d", "x\ude00")) {
      Everything again =
          (Everything) Stored.again(new Everything(new byte[] {1, 2}, text), registration);

      assertThat(again.text()).isEqualTo(text);
      assertThat(again.bytes()).containsExactly(1, 2);
    }
  }

  @Test
  void anOlderVersionIsReadByANewerCodec() {
    assertThat(written(new Money("EUR", 1200), money(1), List.of(money(2))))
        .isEqualTo(new Money("EUR", 1200));
  }

  @Test
  void aNewerVersionIsRefused() {
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> written(new Money("EUR", 1200), money(2), List.of(money(1))),
        "stored state was written by version 2 of codec 'money', and the program has version 1",
        "run it with the codec that wrote the state, or a newer one");
  }

  @Test
  void aCodecThatIsNotRegisteredAnyMoreIsNamed() {
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> written(new Money("EUR", 1200), money(2), List.of()),
        "values of " + Money.class.getName() + " that codec 'money' wrote",
        "the program has none of this name; register it: StreamingContext.registerCodec");
  }

  @Test
  void aCodecIsFoundByItsNameWhateverItsClassIsToday() {
    CodecRegistration today = new CodecRegistration(Number.class, new MoneyCodec(2));

    assertThat(written(new Money("EUR", 1), money(2), List.of(today)))
        .isEqualTo(new Money("EUR", 1));
  }

  record Plain(String text) {}

  record PlainCodec(String name, int version) implements Codec<Plain> {
    @Override
    public void write(Plain value, CodecOutput out) {
      out.writeString(value.text());
    }

    @Override
    public Plain read(int writtenVersion, CodecInput in) {
      return new Plain(in.readString());
    }
  }

  @Test
  void whatWasWrittenByFieldsIsReadByFieldsWhenAClassGetsACodec() {
    ValueWriter writer = Stored.codecs().newWriter();
    ValueSink sink = new ValueSink();
    writer.write(new Plain("x"), sink);
    StateCodecs today =
        Stored.codecs(new CodecRegistration(Plain.class, new PlainCodec("plain", 1)));

    assertThat(today.newReader(writer.types()).read(new ValueSource(sink.view())))
        .isEqualTo(new Plain("x"));
  }

  @Test
  void aCodecMustReadAllThatItWrote() {
    CodecRegistration lazy =
        new CodecRegistration(
            Money.class,
            new MoneyCodec("money", 2, (version, in) -> new Money(in.readString(), 0)));
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.again(new Money("EUR", 1), lazy),
        "codec 'money' left 1 bytes of a value of its version 2 unread");
  }

  @Test
  void aCodecCannotReadBeyondItsValue() {
    CodecRegistration greedy =
        new CodecRegistration(
            Money.class,
            new MoneyCodec(
                "money",
                2,
                (version, in) -> {
                  in.readString();
                  in.readLong();
                  return new Money("EUR", in.readLong());
                }));
    assertFails(
        ErrorCode.CORRUPT_STATE,
        () -> Stored.again(List.of(new Money("EUR", 1), "next"), greedy),
        "1 bytes expected, 0 left");
  }

  @Test
  void aCodecThatFailsIsNamed() {
    CodecRegistration failing =
        new CodecRegistration(
            Money.class,
            new MoneyCodec(
                "money",
                2,
                (version, in) -> {
                  throw new IllegalStateException("no rates");
                }));
    assertFails(
        ErrorCode.STATE_NOT_READABLE,
        () -> Stored.again(new Money("EUR", 1), failing),
        "codec 'money' could not read a value of its version 2",
        "no rates");
  }

  @Test
  void withoutACodecTheClassIsRefused() {
    assertFails(
        ErrorCode.STATE_TYPE_REFUSED,
        () -> Stored.again(List.of(new Money("EUR", 1))),
        "[element] (" + Money.class.getName() + ")",
        "is no record and has no constructor without arguments",
        "StreamingContext.registerCodec(Money.class, codec)");
  }
}
