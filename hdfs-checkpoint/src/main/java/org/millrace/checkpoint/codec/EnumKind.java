package org.millrace.checkpoint.codec;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Constants of an enum: their number in the table, where they have names. */
final class EnumKind implements Kind {
  /** The Java names of constants, when Avro cannot have one of them. */
  private static final String JAVA_NAMES = "java-names";

  private final Class<?> type;

  EnumKind(Class<?> type) {
    this.type = type;
  }

  @Override
  public Schema schema(SchemaScope scope) {
    List<String> names = new ArrayList<>();
    List<String> symbols = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (Object constant : type.getEnumConstants()) {
      String name = ((Enum<?>) constant).name();
      String symbol = SchemaScope.mangled(name);
      while (!used.add(symbol)) {
        symbol += "_";
      }
      names.add(name);
      symbols.add(symbol);
    }
    String namespace = SchemaScope.namespaceOf(type.getPackageName());
    Schema schema =
        Schema.createEnum(
            scope.named(namespace, ObjectKind.nameInPackage(type)), null, namespace, symbols);
    schema.addProp(TypeTable.JAVA_CLASS, type.getName());
    if (!names.equals(symbols)) {
      schema.addProp(JAVA_NAMES, String.join(",", names));
    }
    return schema;
  }

  @Override
  public void write(Object value, ValueWriter to, ValueSink sink) {
    sink.writeLong(((Enum<?>) value).ordinal());
  }

  /** Finds constants by the names that they were written with. */
  static Decoder decoder(Schema written, StateCodecs codecs) {
    Class<?> today = WrittenClasses.find(written.getProp(TypeTable.JAVA_CLASS), codecs.loader());
    if (!today.isEnum()) {
      throw new MillraceException(
          ErrorCode.STATE_NOT_READABLE,
          "stored state has constants of the enum "
              + written.getProp(TypeTable.JAVA_CLASS)
              + ", and "
              + today.getName()
              + " is no enum today; keep the enum under its name, or name its successor by"
              + " @RenamedTo");
    }
    String javaNames = written.getProp(JAVA_NAMES);
    List<String> names =
        javaNames == null ? written.getEnumSymbols() : List.of(javaNames.split(",", -1));
    Object[] constants = new Object[names.size()];
    for (Object constant : today.getEnumConstants()) {
      int number = names.indexOf(((Enum<?>) constant).name());
      if (number >= 0) {
        constants[number] = constant;
      }
    }
    return (from, source) -> {
      int number = ScalarLayouts.narrow(source, 0, constants.length - 1);
      if (constants[number] == null) {
        throw new MillraceException(
            ErrorCode.STATE_NOT_READABLE,
            "stored state has the constant "
                + names.get(number)
                + " of "
                + today.getName()
                + ", which has "
                + List.of(today.getEnumConstants())
                + " today; keep the constant for as long as state has it");
      }
      return constants[number];
    };
  }
}
