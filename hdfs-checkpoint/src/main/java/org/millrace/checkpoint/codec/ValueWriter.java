package org.millrace.checkpoint.codec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Writes values of keyed state for one file, and collects the table of their types. Values may go
 * to any number of sinks as long as all of them belong to the file. Not thread-safe.
 */
public final class ValueWriter {
  static final int MAX_DEPTH = 200;

  private final StateCodecs codecs;
  private final Map<Class<?>, Branch> branches = new IdentityHashMap<>();
  private final Map<Kind, Branch> byKind = new IdentityHashMap<>();
  private final List<Kind> table = new ArrayList<>();
  private int depth;

  /** A kind and its number in this file. */
  private record Branch(int number, Kind kind) {}

  ValueWriter(StateCodecs codecs) {
    this.codecs = codecs;
  }

  /**
   * Appends a value, which may be null. When it fails, the sink is as it was before.
   *
   * @throws MillraceException STATE_TYPE_REFUSED for a value, or a part of one, of a class that no
   *     codec stores, with the path to it; RECORD_TOO_LARGE for one that is nested too deep or does
   *     not fit into a sink; ILLEGAL_USE for one that changes meanwhile
   */
  public void write(Object value, ValueSink sink) {
    int start = sink.size();
    boolean written = false;
    try {
      writeValue(value, sink);
      written = true;
    } catch (RefusedPart e) {
      throw e.of(value);
    } finally {
      if (!written) {
        sink.truncate(start);
        depth = 0;
      }
    }
  }

  /**
   * What a reader must have to read the values written so far: an Avro schema as UTF-8 text. Later
   * tables of the same writer serve for the earlier values, too.
   */
  public byte[] types() {
    return TypeTable.schemaOf(table).toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Number of types in the table; when it has not changed, neither has {@link #types()}. */
  public int typeCount() {
    return TypeTable.FIXED + table.size();
  }

  /** A part of the value that is being written; {@code step} leads to it. */
  void writePart(Object value, ValueSink sink, String step) {
    try {
      writeValue(value, sink);
    } catch (RefusedPart e) {
      throw e.under(step);
    }
  }

  /** A field of the object that is being written. */
  void writeField(Object value, ValueSink sink, String name) {
    try {
      writeValue(value, sink);
    } catch (RefusedPart e) {
      throw e.under("." + name);
    }
  }

  private void writeValue(Object value, ValueSink sink) {
    if (value == null) {
      sink.writeByte(TypeTable.NULL << 1);
      return;
    }
    Class<?> type = value.getClass();
    if (type == String.class) {
      writeString((String) value, sink);
    } else if (type == Long.class) {
      sink.writeByte(TypeTable.LONG << 1);
      sink.writeLong((Long) value);
    } else if (type == Integer.class) {
      sink.writeByte(TypeTable.INT << 1);
      sink.writeLong((Integer) value);
    } else if (type == Double.class) {
      sink.writeByte(TypeTable.DOUBLE << 1);
      sink.writeDouble((Double) value);
    } else if (type == Boolean.class) {
      sink.writeByte(TypeTable.BOOLEAN << 1);
      sink.writeBoolean((Boolean) value);
    } else if (type == Float.class) {
      sink.writeByte(TypeTable.FLOAT << 1);
      sink.writeFloat((Float) value);
    } else if (type == byte[].class) {
      sink.writeByte(TypeTable.BYTES << 1);
      sink.writeBytes((byte[]) value);
    } else {
      writeBranch(value, branchOf(type), sink);
    }
  }

  private void writeString(String value, ValueSink sink) {
    int start = sink.size();
    sink.writeByte(TypeTable.STRING << 1);
    if (!sink.writeText(value)) {
      sink.truncate(start);
      writeBranch(value, numbered(ScalarLayouts.UTF_16), sink);
    }
  }

  private void writeBranch(Object value, Branch branch, ValueSink sink) {
    if (++depth > MAX_DEPTH) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "a value of state is nested deeper than "
              + MAX_DEPTH
              + " levels, or contains itself; give it a flat form");
    }
    sink.writeLong(branch.number);
    branch.kind.write(value, this, sink);
    depth--;
  }

  private Branch branchOf(Class<?> type) {
    Branch branch = branches.get(type);
    if (branch == null) {
      branch = numbered(codecs.kindOf(type));
      branches.put(type, branch);
    }
    return branch;
  }

  private Branch numbered(Kind kind) {
    Branch branch = byKind.get(kind);
    if (branch == null) {
      branch = new Branch(typeCount(), kind);
      table.add(kind);
      byKind.put(kind, branch);
    }
    return branch;
  }

  /** A collection had so many elements before and after it was written. */
  void requireUnchanged(int size, int written) {
    if (size != written) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a collection changed while it was stored: it had "
              + size
              + " elements, then "
              + written
              + "; do not change values after they were given to state");
    }
  }
}
