package org.millrace.checkpoint.codec;

import org.millrace.api.codec.RenamedTo;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Finds the classes of today for the names that a table of types has. */
final class WrittenClasses {
  private static final int MOST_RENAMES = 100;

  private WrittenClasses() {}

  /**
   * The class of a name as {@link Class#getName} gives it, or the one that it was renamed to.
   *
   * @throws MillraceException STATE_NOT_READABLE when there is none
   */
  static Class<?> find(String name, ClassLoader loader) {
    if (name == null) {
      throw TypeTable.damaged("a type names no class", null);
    }
    try {
      Class<?> found = Class.forName(name, false, loader);
      Class<?> component = found;
      int dimensions = 0;
      while (component.isArray()) {
        component = component.getComponentType();
        dimensions++;
      }
      Class<?> today = renamed(component);
      for (; dimensions > 0; dimensions--) {
        today = today.arrayType();
      }
      return today;
    } catch (ClassNotFoundException | LinkageError e) {
      throw new MillraceException(
          ErrorCode.STATE_NOT_READABLE,
          "stored state has values of class "
              + name
              + ", which the program does not have today ("
              + e
              + "); keep the class, or, when it was renamed, leave one of the old name with"
              + " @RenamedTo(TheNewClass.class)",
          e);
    }
  }

  private static Class<?> renamed(Class<?> written) {
    Class<?> type = written;
    for (int i = 0; i < MOST_RENAMES; i++) {
      RenamedTo renamedTo = type.getAnnotation(RenamedTo.class);
      if (renamedTo == null) {
        return type;
      }
      type = renamedTo.value();
    }
    throw new MillraceException(
        ErrorCode.STATE_NOT_READABLE,
        "the annotations @RenamedTo from " + written.getName() + " on lead in a circle; mend them");
  }
}
