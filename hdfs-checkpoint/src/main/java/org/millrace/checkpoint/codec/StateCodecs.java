package org.millrace.checkpoint.codec;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.api.codec.ClassForm;
import org.millrace.api.codec.CodecRegistration;
import org.millrace.api.codec.Refusal;
import org.millrace.api.codec.StateTypes;
import org.millrace.api.error.MillraceException;

/**
 * Stores values of keyed state so that later versions of the program can read them: by layouts that
 * are built in, by the codecs of the program, and by the fields of its records and beans, with the
 * types of all values in a table of the file. The bytes are those of {@code
 * docs/format/state-values.md}. Thread-safe.
 */
public final class StateCodecs {
  private final ClassLoader loader;
  private final StateTypes types;

  // By class, because finding a kind walks the class; written and read by all writers.
  private final Map<Class<?>, Kind> kinds = new ConcurrentHashMap<>();

  /**
   * Codecs for the classes of a program.
   *
   * @param loader finds the classes that stored values are of
   * @param registered what the program registered: {@code StreamGraph.codecs()}
   * @throws MillraceException ILLEGAL_USE when two are for one class or have one name
   */
  public StateCodecs(ClassLoader loader, List<CodecRegistration> registered) {
    this.loader = Objects.requireNonNull(loader, "loader");
    this.types = new StateTypes(registered);
  }

  /** A writer for the values of one file. */
  public ValueWriter newWriter() {
    return new ValueWriter(this);
  }

  /**
   * A reader of values of one file. Classes are looked for when the first value of theirs is read.
   *
   * @param writtenTypes what {@link ValueWriter#types()} gave when they had been written
   * @throws MillraceException CORRUPT_STATE when this is no such table, STATE_NOT_READABLE when a
   *     later version of Millrace wrote it
   */
  public ValueReader newReader(byte[] writtenTypes) {
    return new ValueReader(this, TypeTable.branchesOf(writtenTypes));
  }

  /**
   * Why values of a type cannot be stored, as {@link StateTypes#check} says; empty when they can,
   * or when only the values can tell.
   */
  public Optional<Refusal> check(Type type) {
    return types.check(type);
  }

  ClassLoader loader() {
    return loader;
  }

  List<CodecRegistration> registrations() {
    return types.registrations();
  }

  /** How values of a class are written. */
  Kind kindOf(Class<?> type) {
    Kind kind = kinds.get(type);
    if (kind == null) {
      Kind made = newKind(type);
      Kind other = kinds.putIfAbsent(type, made);
      kind = other == null ? made : other;
    }
    return kind;
  }

  private Kind newKind(Class<?> type) {
    Layout layout = Layouts.of(type);
    if (layout != null) {
      return layout;
    }
    if (Enum.class.isAssignableFrom(type) && type.getSuperclass() != Enum.class) {
      return kindOf(type.getSuperclass()); // a constant with a body of its own
    }
    ClassForm form = types.formOf(type);
    if (form instanceof ClassForm.Coded coded) {
      CodecRegistration registration = coded.registration();
      return registration.type() == type
          ? new CodedKind(registration)
          : kindOf(registration.type());
    }
    Optional<Refusal> refusal =
        form instanceof ClassForm.Open
            ? Optional.of(new Refusal(type.getTypeName(), type, "has no content"))
            : types.check(type);
    if (refusal.isPresent()) {
      throw new RefusedPart(type, refusal.get());
    }
    if (form instanceof ClassForm.Elements) {
      return new ArrayKind(type.getComponentType());
    }
    if (form instanceof ClassForm.Constants) {
      return new EnumKind(type);
    }
    return new ObjectKind(type);
  }
}
