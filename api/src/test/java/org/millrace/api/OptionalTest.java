package org.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class OptionalTest {
  private static Object copy(Object object) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void holdsAValueOrNone() {
    assertThat(Optional.of("a").get()).isEqualTo("a");
    assertThat(Optional.of("a").isPresent()).isTrue();
    assertThat(Optional.ofNullable(null)).isSameAs(Optional.empty()).isSameAs(Optional.absent());
    assertThat(Optional.fromNullable("a")).isEqualTo(Optional.of("a")).hasToString("Optional[a]");
    assertThat(Optional.empty().orNull()).isNull();
    assertThat(Optional.<String>empty().or("b")).isEqualTo("b");
    assertThat(Optional.of("a").orElse("b")).isEqualTo("a");
    assertThat(Optional.empty()).hasToString("Optional.empty").hasSameHashCodeAs(Optional.empty());
  }

  @Test
  void refusesNullAndAnAbsentValue() {
    assertThatThrownBy(() -> Optional.of(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> Optional.empty().get()).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void survivesSerialization() throws Exception {
    assertThat(copy(Optional.of(new Tuple2<>("a", 1))))
        .isEqualTo(Optional.of(new Tuple2<>("a", 1)));
    assertThat(copy(Optional.empty())).isSameAs(Optional.empty());
  }
}
