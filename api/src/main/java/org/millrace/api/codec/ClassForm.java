package org.millrace.api.codec;

/** How values of a class are stored. */
public sealed interface ClassForm {
  /** By a layout of its own that every version knows. */
  record BuiltIn() implements ClassForm {}

  /** By the codec that the program registered for it. */
  record Coded(CodecRegistration registration) implements ClassForm {}

  /** An array: element by element. */
  record Elements() implements ClassForm {}

  /** By the name of the constant. */
  record Constants() implements ClassForm {}

  /** Component by component, made again by the canonical constructor. */
  record JavaRecord() implements ClassForm {}

  /** Field by field, made again by the constructor without arguments. */
  record Bean() implements ClassForm {}

  /** Object, an interface or abstract class: what is stored depends on the class of each value. */
  record Open() implements ClassForm {}

  /**
   * Not at all.
   *
   * @param reason what is wrong with it, as in {@link Refusal}
   */
  record Refused(String reason) implements ClassForm {}
}
