package org.millrace.checkpoint.codec;

import static org.millrace.checkpoint.codec.SchemaScope.array;

import java.lang.reflect.Array;
import java.util.List;
import org.apache.avro.Schema;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Arrays of objects: their elements in one block. */
final class ArrayKind implements Kind {
  private final Class<?> component;

  ArrayKind(Class<?> component) {
    this.component = component;
  }

  @Override
  public Schema schema(SchemaScope scope) {
    String namespace = SchemaScope.NAMESPACE + ".array";
    Schema schema =
        Schema.createRecord(
            scope.named(namespace, component.getTypeName()), null, namespace, false);
    schema.addProp(TypeTable.JAVA_ARRAY_OF, component.getName());
    schema.setFields(List.of(array("elements", scope.value())));
    return schema;
  }

  @Override
  public void write(Object value, ValueWriter to, ValueSink sink) {
    Object[] elements = (Object[]) value;
    ArrayLayouts.begin(elements.length, sink);
    for (Object element : elements) {
      to.writePart(element, sink, "[element]");
    }
    ArrayLayouts.end(elements.length, sink);
  }

  static Decoder decoder(Schema written, StateCodecs codecs) {
    Class<?> today = WrittenClasses.find(written.getProp(TypeTable.JAVA_ARRAY_OF), codecs.loader());
    return (from, source) -> {
      int size = source.readCount(1);
      Object[] elements = (Object[]) Array.newInstance(today, size);
      for (int i = 0; i < size; i++) {
        Object element = from.readValue(source);
        if (element != null && !today.isInstance(element)) {
          throw new MillraceException(
              ErrorCode.STATE_NOT_READABLE,
              "stored state has an array of "
                  + today.getTypeName()
                  + " with an element of "
                  + element.getClass().getTypeName()
                  + ", which is of another kind today");
        }
        elements[i] = element;
      }
      return ArrayLayouts.ended(elements, size, source);
    };
  }
}
