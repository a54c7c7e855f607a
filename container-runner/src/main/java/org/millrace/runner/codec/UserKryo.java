package org.millrace.runner.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.FieldSerializer;
import com.esotericsoftware.kryo.util.DefaultInstantiatorStrategy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import org.objenesis.strategy.StdInstantiatorStrategy;

/**
 * Kryo over the classes of a program: any class, cycles allowed, no registration. Not thread-safe.
 */
final class UserKryo extends Kryo {
  UserKryo(ClassLoader userClasses) {
    setClassLoader(userClasses);
    setRegistrationRequired(false);
    setReferences(true);
    setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
  }

  @Override
  @SuppressWarnings("rawtypes") // the signature of Kryo
  public Serializer getDefaultSerializer(Class type) {
    if (SerializedForm.isOwn(type)) {
      return new OwnForm();
    }
    Serializer serializer = super.getDefaultSerializer(type);
    boolean losesFields =
        serializer instanceof FieldSerializer && SerializedForm.hasClosedFields(type);
    return losesFields ? new OwnForm() : serializer;
  }

  /** An object inside the graph in its own serialized form: length and Java serialization. */
  private static final class OwnForm extends Serializer<Object> {
    @Override
    public void write(Kryo kryo, Output output, Object object) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream objects = new ObjectOutputStream(bytes)) {
        objects.writeObject(object);
      } catch (IOException e) {
        throw new KryoException(e);
      }
      output.writeVarInt(bytes.size(), true);
      output.writeBytes(bytes.toByteArray());
    }

    @Override
    public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
      int length = input.readVarInt(true);
      if (length < 0 || length > input.limit() - input.position()) {
        throw new KryoException("a length of " + length + " is past the end");
      }
      byte[] bytes = input.readBytes(length);
      try (FilteredObjectInput objects =
          new FilteredObjectInput(new ByteArrayInputStream(bytes), kryo.getClassLoader(), length)) {
        return objects.readObject();
      } catch (IOException | ClassNotFoundException e) {
        throw new KryoException(e);
      }
    }
  }
}
