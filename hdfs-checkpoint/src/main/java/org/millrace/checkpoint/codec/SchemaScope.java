package org.millrace.checkpoint.codec;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;

/** What the schemas of one table of types share. Used once. */
final class SchemaScope {
  static final String NAMESPACE = "org.millrace.state";

  private final Schema value = Schema.createRecord("Value", null, NAMESPACE, false);
  private final Schema entry =
      record("Entry", new Schema.Field("key", value), new Schema.Field("value", value));
  private final Schema order =
      Schema.createEnum(
          "Order", null, NAMESPACE, List.of("NATURAL", "REVERSE", "CASE_INSENSITIVE"));
  private final Set<String> names = new HashSet<>();

  /** Any value: a record of one field, the union of all branches. */
  Schema value() {
    return value;
  }

  /** Key and value of a map. */
  Schema entry() {
    return entry;
  }

  /** The order of a sorted collection. */
  Schema order() {
    return order;
  }

  /** A record of the format's own. */
  static Schema record(String name, Schema.Field... fields) {
    return Schema.createRecord(name, null, NAMESPACE, false, List.of(fields));
  }

  static Schema.Field field(String name, Schema schema) {
    return new Schema.Field(name, schema);
  }

  static Schema.Field field(String name, Schema.Type type) {
    return new Schema.Field(name, Schema.create(type));
  }

  static Schema.Field array(String name, Schema element) {
    return new Schema.Field(name, Schema.createArray(element));
  }

  static Schema.Field array(String name, Schema.Type element) {
    return array(name, Schema.create(element));
  }

  /** A name as Avro allows it, that no other type of this table has. */
  String named(String namespace, String wanted) {
    String simple = mangled(wanted);
    String name = simple;
    for (int i = 2; !names.add(namespace + "." + name); i++) {
      name = simple + "_" + i;
    }
    return name;
  }

  /** A Java package as a namespace. */
  static String namespaceOf(String packageName) {
    StringBuilder namespace = new StringBuilder();
    for (String part : packageName.split("\\.")) {
      namespace.append(namespace.isEmpty() ? "" : ".").append(mangled(part));
    }
    return namespace.toString();
  }

  /** A name that Avro can have for one that it may not have: an underscore for other chars. */
  static String mangled(String name) {
    StringBuilder mangled = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean isDigit = c >= '0' && c <= '9';
      if (isDigit && i == 0) {
        mangled.append('_');
      }
      boolean isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      mangled.append(isLetter || isDigit ? c : '_');
    }
    return mangled.toString();
  }
}
