package org.millrace.checkpoint.codec;

import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.millrace.api.codec.StateTypes;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Java records and beans: their parts one after the other, with names and types in the table. */
final class ObjectKind implements Kind {
  private final Class<?> type;
  private final Part[] parts;

  ObjectKind(Class<?> type) {
    this.type = type;
    this.parts = partsOf(type).toArray(Part[]::new);
  }

  static List<Part> partsOf(Class<?> type) {
    try {
      List<Part> parts = new ArrayList<>();
      if (type.isRecord()) {
        for (RecordComponent component : type.getRecordComponents()) {
          parts.add(Part.of(component));
        }
      } else {
        for (Field field : StateTypes.storedFields(type)) {
          parts.add(Part.of(field));
        }
      }
      return parts;
    } catch (ReflectiveOperationException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "the class " + type.getName() + " cannot be inspected", e);
    }
  }

  /** The name of a class behind its package: {@code "Outer$Inner"}. */
  static String nameInPackage(Class<?> type) {
    return type.getName().substring(type.getName().lastIndexOf('.') + 1);
  }

  @Override
  public Schema schema(SchemaScope scope) {
    String namespace = SchemaScope.namespaceOf(type.getPackageName());
    Schema schema =
        Schema.createRecord(scope.named(namespace, nameInPackage(type)), null, namespace, false);
    schema.addProp(TypeTable.JAVA_CLASS, type.getName());
    List<Schema.Field> fields = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (Part part : parts) {
      String name = SchemaScope.mangled(part.name());
      while (!used.add(name)) {
        name += "_";
      }
      Schema.Field field =
          SchemaScope.field(
              name,
              part.shape() == Part.Shape.ANY ? scope.value() : Schema.create(part.shape().avro));
      if (!name.equals(part.name())) {
        field.addProp(TypeTable.JAVA_NAME, part.name());
      }
      field.addProp(TypeTable.JAVA_TYPE, part.type().getName());
      fields.add(field);
    }
    schema.setFields(fields);
    return schema;
  }

  @Override
  public void write(Object value, ValueWriter to, ValueSink sink) {
    for (Part part : parts) {
      part.write(value, to, sink);
    }
  }
}
