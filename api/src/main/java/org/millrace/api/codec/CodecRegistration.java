package org.millrace.api.codec;

import java.io.Serializable;
import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * A codec and the class whose values it stores.
 *
 * @param type the class; when it is abstract or an interface, or others extend it, theirs too,
 *     unless they have a codec of their own
 * @param codec stores values of the class
 */
public record CodecRegistration(Class<?> type, Codec<?> codec) implements Serializable {
  /**
   * Checks what can be known before any value.
   *
   * @throws MillraceException ILLEGAL_USE for a class that has a built-in codec, a name that is not
   *     one, or a negative version
   */
  public CodecRegistration {
    Objects.requireNonNull(type, "the class is null");
    Objects.requireNonNull(codec, "the codec is null");
    String name = codec.name();
    if (name == null || !name.matches("[A-Za-z0-9._-]{1,200}")) {
      throw illegal(
          type,
          "is named '"
              + name
              + "'; give it 1 to 200 letters, digits, '.', '_' and '-' as its name");
    }
    if (codec.version() < 0) {
      throw illegal(type, "has version " + codec.version() + "; give it a number from 0");
    }
    if (StateTypes.isBuiltIn(type) || type == Object.class || type.isArray()) {
      throw illegal(
          type, "is for a class that is stored in a built-in way; wrap such values in a class");
    }
  }

  private static MillraceException illegal(Class<?> type, String problem) {
    return new MillraceException(
        ErrorCode.ILLEGAL_USE, "registerCodec: the codec of " + type.getTypeName() + " " + problem);
  }
}
