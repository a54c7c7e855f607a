package org.millrace.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each version of the program's code has a class loader of its own. */
class ClassLoadersTest {
  record Visit(String page, long count) {}

  /** Defines this class and those inside it anew, as a newer jar would. */
  private static final class Newer extends ClassLoader {
    Newer() {
      super(ClassLoadersTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(ClassLoadersTest.class.getName())) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      String resource = name.replace('.', '/') + ".class";
      try (InputStream stream = getParent().getResourceAsStream(resource)) {
        byte[] bytes = stream.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void valuesAreOfTheClassesOfTheGivenLoader() {
    Visit value = new Visit("index", 7);
    ValueWriter writer = Stored.codecs().newWriter();
    ValueSink sink = new ValueSink();
    writer.write(value, sink);
    ClassLoader newer = new Newer();

    Object again =
        new StateCodecs(newer, List.of())
            .newReader(writer.types())
            .read(new ValueSource(sink.view()));

    assertThat(again.getClass().getClassLoader()).isSameAs(newer);
    assertThat(again).isNotEqualTo(value).hasToString(value.toString());
  }
}
