package org.millrace.runner.codec;

/**
 * The first byte of every encoded record; docs/format/record-encoding.md draws what follows each.
 * Numbers are on the wire and in blocks: never reuse one.
 */
final class RecordTag {
  static final int NULL = 0;
  static final int FALSE = 1;
  static final int TRUE = 2;
  static final int BYTE = 3;
  static final int SHORT = 4;
  static final int INTEGER = 5;
  static final int LONG = 6;
  static final int FLOAT = 7;
  static final int DOUBLE = 8;
  static final int CHARACTER = 9;
  static final int STRING_LATIN1 = 10;
  static final int STRING_UTF8 = 11;
  static final int STRING_UTF16 = 12;
  static final int BYTES = 13;
  static final int BOOLEANS = 14;
  static final int SHORTS = 15;
  static final int CHARACTERS = 16;
  static final int INTEGERS = 17;
  static final int LONGS = 18;
  static final int FLOATS = 19;
  static final int DOUBLES = 20;
  static final int OBJECTS = 21;
  static final int STRINGS = 22;
  static final int TUPLE2 = 23;
  static final int OPTIONAL_EMPTY = 24;
  static final int OPTIONAL = 25;
  static final int ARRAY_LIST = 26;
  static final int LINKED_LIST = 27;
  static final int IMMUTABLE_LIST = 28;
  static final int HASH_SET = 29;
  static final int TREE_SET = 30;
  static final int IMMUTABLE_SET = 31;
  static final int HASH_MAP = 32;
  static final int TREE_MAP = 33;
  static final int IMMUTABLE_MAP = 34;
  static final int ENUM = 35;
  static final int BIG_INTEGER = 36;
  static final int BIG_DECIMAL = 37;
  static final int INSTANT = 38;
  static final int LOCAL_DATE = 39;
  static final int LOCAL_TIME = 40;
  static final int LOCAL_DATE_TIME = 41;
  static final int DURATION = 42;
  static final int UUID = 43;
  static final int JAVA_RECORD = 44;
  static final int GENERIC = 45;
  static final int SERIALIZABLE = 46;

  private RecordTag() {}
}
