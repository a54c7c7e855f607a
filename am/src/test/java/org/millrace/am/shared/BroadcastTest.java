package org.millrace.am.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class BroadcastTest {
  private final BatchContext context = new BatchContext("local[2]", "broadcasts");

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void givesFunctionsTheValue() {
    Broadcast<Map<Integer, String>> names = context.broadcast(Map.of(1, "one", 2, "two"));
    List<String> found =
        context.parallelize(List.of(1, 2, 2), 3).map(id -> names.value().get(id)).collect();
    assertThat(found).containsExactly("one", "two", "two");
  }

  @Test
  void sendsAnUnpersistedValueAgain() {
    Broadcast<String> greeting = context.broadcast("hello ");
    List<String> names = List.of("a", "b");
    assertThat(context.parallelize(names, 2).map(name -> greeting.value() + name).collect())
        .containsExactly("hello a", "hello b");
    greeting.unpersist();
    assertThat(context.parallelize(names, 2).map(name -> greeting.getValue() + name).collect())
        .containsExactly("hello a", "hello b");
  }

  @Test
  void refusesADestroyedValueInTheDriverAndInTasks() {
    Broadcast<String> value = context.broadcast("x");
    value.destroy();
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(value::value)
        .matches(failure -> failure.code() == ErrorCode.ILLEGAL_USE)
        .withMessageContaining("was destroyed");
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> context.parallelize(List.of(1)).map(one -> value.value()).collect())
        .withMessageContaining("was destroyed");
  }

  @Test
  void servesManyBroadcastsToManyTasks() {
    List<Broadcast<Integer>> values =
        IntStream.range(0, 50).mapToObj(context::broadcast).collect(Collectors.toList());
    List<Integer> all = IntStream.range(0, 50).boxed().toList();
    assertThat(context.parallelize(all, 10).map(i -> values.get(i).value()).collect())
        .isEqualTo(all);
  }

  @Test
  void refusesNull() {
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> context.broadcast(null))
        .withMessageContaining("null cannot be broadcast");
  }
}
