package org.millrace.api.codec;

import java.util.Objects;

/**
 * Why values of a type cannot be stored.
 *
 * @param path from the type that was asked about to the part that cannot be stored: {@code
 *     "com.acme.Session.connection"}
 * @param type the class of that part
 * @param reason what is wrong with it: {@code "is a class of the JDK that no built-in codec
 *     stores"}
 */
public record Refusal(String path, Class<?> type, String reason) {
  /** Checks that everything is given. */
  public Refusal {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(reason, "reason");
  }

  /** The path, what is wrong, and the way out. */
  public String message() {
    String name = type.getTypeName();
    boolean isRoot = path.equals(name);
    return (isRoot ? name : path + " (" + name + ")")
        + " cannot be stored in durable state: "
        + name
        + " "
        + reason
        + "; store something else in its place, "
        + (isRoot ? "" : "make the field transient if it can be left out, ")
        + "or give a codec for it: StreamingContext.registerCodec("
        + simple(type)
        + ".class, codec)";
  }

  private static String simple(Class<?> type) {
    String name = type.getSimpleName();
    return name.isEmpty() || type.isHidden() ? "TheClass" : name;
  }
}
