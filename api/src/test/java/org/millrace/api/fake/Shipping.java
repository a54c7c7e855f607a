package org.millrace.api.fake;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.SerializabilityCheck;

/** Makes the copy of a function that an executor would have. */
final class Shipping {
  private Shipping() {}

  /** The functions of a combine, each copied. */
  static Combining.Combine copy(Combining.Combine combine) throws Exception {
    return new Combining.Combine(
        combine.createCombiner() == null ? null : copy(combine.createCombiner()),
        copy(combine.mergeValue()),
        copy(combine.mergeCombiners()),
        combine.mapSide());
  }

  /** A copy by Java serialization. */
  @SuppressWarnings("unchecked") // a copy is of the class of its original
  static <F extends Serializable> F copy(F function) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(function);
    } catch (NotSerializableException e) {
      throw SerializabilityCheck.refusal(function, "a function", e);
    }
    try (ObjectInputStream in = new Reader(bytes.toByteArray())) {
      return (F) in.readObject();
    }
  }

  /** Finds classes where the program's thread finds them. */
  private static final class Reader extends ObjectInputStream {
    Reader(byte[] bytes) throws IOException {
      super(new ByteArrayInputStream(bytes));
      enableResolveObject(true);
    }

    @Override
    protected Object resolveObject(Object read) {
      return FakeShared.INSTANCE.resolved(read);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass type)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(type.getName(), false, Thread.currentThread().getContextClassLoader());
      } catch (ClassNotFoundException e) {
        return super.resolveClass(type);
      }
    }
  }
}
