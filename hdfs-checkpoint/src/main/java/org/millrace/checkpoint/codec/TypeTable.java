package org.millrace.checkpoint.codec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The types of a file as an Avro schema: a record {@code Value} of one field, whose union has the
 * types of Avro first, then a branch for each kind that the file uses.
 */
final class TypeTable {
  static final int NULL = 0;
  static final int BOOLEAN = 1;
  static final int INT = 2;
  static final int LONG = 3;
  static final int FLOAT = 4;
  static final int DOUBLE = 5;
  static final int STRING = 6;
  static final int BYTES = 7;

  /** Branches that every file has. */
  static final int FIXED = 8;

  /** The full name of the record of any value. */
  static final String VALUE = SchemaScope.NAMESPACE + ".Value";

  static final String VERSION = "millrace-state-values";
  static final String JAVA_CLASS = "java-class";
  static final String JAVA_TYPE = "java-type";
  static final String JAVA_NAME = "java-name";
  static final String JAVA_ARRAY_OF = "java-array-of";
  static final String CODEC = "codec";
  static final String CODEC_VERSION = "codec-version";

  private static final int FORMAT = 1;
  private static final List<Schema.Type> FIRST =
      List.of(
          Schema.Type.NULL,
          Schema.Type.BOOLEAN,
          Schema.Type.INT,
          Schema.Type.LONG,
          Schema.Type.FLOAT,
          Schema.Type.DOUBLE,
          Schema.Type.STRING,
          Schema.Type.BYTES);

  private TypeTable() {}

  static Schema schemaOf(List<Kind> kinds) {
    SchemaScope scope = new SchemaScope();
    List<Schema> branches = new ArrayList<>();
    FIRST.forEach(type -> branches.add(Schema.create(type)));
    kinds.forEach(kind -> branches.add(kind.schema(scope)));
    Schema value = scope.value();
    value.addProp(VERSION, Integer.toString(FORMAT));
    value.setFields(List.of(SchemaScope.field("value", Schema.createUnion(branches))));
    return value;
  }

  /**
   * The branches of a table, by number.
   *
   * @throws MillraceException CORRUPT_STATE when it is none, STATE_NOT_READABLE when a later
   *     version wrote it
   */
  static List<Schema> branchesOf(byte[] types) {
    Schema value;
    try {
      value = new Schema.Parser().parse(new String(types, StandardCharsets.UTF_8));
    } catch (RuntimeException e) {
      throw damaged(e.getMessage(), e);
    }
    requireVersion(value.getProp(VERSION));
    if (value.getType() != Schema.Type.RECORD
        || value.getFields().size() != 1
        || value.getFields().get(0).schema().getType() != Schema.Type.UNION) {
      throw damaged("it is no record of one union", null);
    }
    List<Schema> branches = value.getFields().get(0).schema().getTypes();
    for (int i = 0; i < FIXED; i++) {
      if (i >= branches.size() || branches.get(i).getType() != FIRST.get(i)) {
        throw damaged("branch " + i + " is not " + FIRST.get(i), null);
      }
    }
    return branches;
  }

  private static void requireVersion(String version) {
    int number;
    try {
      number = Integer.parseInt(version);
    } catch (NumberFormatException e) {
      throw damaged("its version is " + version, e);
    }
    if (number != FORMAT) {
      throw new MillraceException(
          ErrorCode.STATE_NOT_READABLE,
          "stored state has values of format "
              + number
              + ", and this version of Millrace reads format "
              + FORMAT
              + "; start the application with the version that wrote it, or a newer one");
    }
  }

  static MillraceException damaged(String problem, Exception cause) {
    return new MillraceException(
        ErrorCode.CORRUPT_STATE,
        "the table of types of stored state is damaged: "
            + problem
            + "; use an older snapshot, or restore the file from a copy",
        cause);
  }
}
