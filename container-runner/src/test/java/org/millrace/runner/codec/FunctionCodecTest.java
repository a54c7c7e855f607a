package org.millrace.runner.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.BadAttributeValueExpException;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;

class FunctionCodecTest {
  private final FunctionCodec codec = new FunctionCodec(getClass().getClassLoader());

  /** What a program captures by mistake. */
  private static final class Connection {}

  private static final class Job implements Serializable {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // the mistake
    private final Connection connection = new Connection();

    Function<String, String> naming() {
      return s -> s + connection;
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void readsBackALambdaWithWhatItCaptured() throws Exception {
    int offset = 40;
    Function<Integer, Integer> add = x -> x + offset;
    Object[] copy =
        codec.decode(FunctionCodec.encode(new Object[] {add, null}).content(), null).functions();
    assertThat(((Function<Integer, Integer>) copy[0]).call(2)).isEqualTo(42);
    assertThat(copy[1]).isNull();
  }

  private static <T> T same(T value) {
    return value;
  }

  private Object copy(Object function) {
    byte[] bytes = FunctionCodec.encode(new Object[] {function}).content();
    return codec.decode(bytes, null).functions()[0];
  }

  @Test
  @SuppressWarnings("unchecked")
  void referencesToAGenericMethodKeepTheirTypes() throws Exception {
    Function<Integer, Integer> number = FunctionCodecTest::same;
    Function<String, String> text = FunctionCodecTest::same;
    Function<List<String>, List<String>> list = FunctionCodecTest::same;
    assertThat(((Function<Integer, Integer>) copy(number)).call(1)).isEqualTo(1);
    assertThat(((Function<String, String>) copy(text)).call("a")).isEqualTo("a");
    assertThat(((Function<List<String>, List<String>>) copy(copy(list))).call(List.of("b")))
        .containsExactly("b");
  }

  @Test
  @SuppressWarnings("unchecked")
  void readsBackReferencesOfEveryKind() throws Exception {
    Function<List<Integer>, Integer> ofObject = List::hashCode;
    Function<List<Integer>, Integer> ofInterface = List::size;
    Function<String, Integer> ofClass = String::length;
    Function<Integer, Boolean> bound = List.of(1, 2)::contains;
    Function<String, StringBuilder> constructor = StringBuilder::new;
    assertThat(((Function<List<Integer>, Integer>) copy(ofObject)).call(List.of(7)))
        .isEqualTo(List.of(7).hashCode());
    assertThat(((Function<List<Integer>, Integer>) copy(ofInterface)).call(List.of(7))).isOne();
    assertThat(((Function<String, Integer>) copy(ofClass)).call("abc")).isEqualTo(3);
    assertThat(((Function<Integer, Boolean>) copy(bound)).call(2)).isTrue();
    assertThat(((Function<String, StringBuilder>) copy(constructor)).call("x").append("y"))
        .hasToString("xy");
  }

  @Test
  @SuppressWarnings("unchecked")
  void readsBackALambdaOfTheJdk() {
    Comparator<Map.Entry<String, Integer>> byValue = Map.Entry.comparingByValue();
    Comparator<Map.Entry<String, Integer>> copy =
        (Comparator<Map.Entry<String, Integer>>) copy(byValue);
    assertThat(copy.compare(Map.entry("a", 2), Map.entry("b", 1))).isPositive();
  }

  @Test
  void theIdFollowsTheContent() {
    Function<Integer, Integer> function = x -> x;
    byte[] bytes = FunctionCodec.encode(new Object[] {function}).content();
    byte[] again = FunctionCodec.encode(new Object[] {function}).content();
    assertThat(FunctionCodec.functionSetId(ByteBuffer.wrap(bytes)))
        .hasSize(32)
        .isEqualTo(FunctionCodec.functionSetId(ByteBuffer.wrap(again)));
  }

  @Test
  void namesTheFieldThatCapturedWhatCannotBeSent() {
    Function<String, String> function = new Job().naming();
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> FunctionCodec.encode(new Object[] {function}).content())
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE))
        .withMessageContaining(Job.class.getName() + ".connection")
        .withMessageContaining(Connection.class.getName());
  }

  @Test
  void namesTheCapturedVariableThatCannotBeSent() {
    Connection connection = new Connection();
    Function<String, String> function = s -> s + connection;
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> FunctionCodec.encode(new Object[] {function}).content())
        .withMessageContaining("captured variable 1")
        .withMessageContaining(Connection.class.getName());
  }

  @Test
  void refusesClassesOfGadgetChains() {
    byte[] bytes =
        FunctionCodec.encode(new Object[] {new BadAttributeValueExpException("x")}).content();
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> codec.decode(bytes, null))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE))
        .withMessageContaining("REJECTED");
  }

  @Test
  void damagedBytesEndInAnErrorWithACode() {
    byte[] bytes =
        FunctionCodec.encode(new Object[] {new AtomicReference<>("captured"), "text"}).content();
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 0x55;
      try {
        codec.decode(damaged, null);
      } catch (MillraceException e) {
        assertThat(e.code()).as("byte %s", i).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE);
      }
    }
  }
}
