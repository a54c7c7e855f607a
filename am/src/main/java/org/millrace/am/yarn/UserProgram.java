package org.millrace.am.yarn;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** The program's {@code main}. Immutable. */
public final class UserProgram {
  private final Method main;

  private UserProgram(Method main) {
    this.main = main;
  }

  /**
   * Finds the main method without running anything of the class.
   *
   * @throws MillraceException with code NO_SUCH_CLASS when there is no such class, it cannot be
   *     linked, or it has no {@code public static void main(String[])}
   */
  public static UserProgram find(String mainClass, ClassLoader loader) {
    try {
      Method main = Class.forName(mainClass, false, loader).getMethod("main", String[].class);
      if (Modifier.isStatic(main.getModifiers()) && main.getReturnType() == void.class) {
        main.setAccessible(true);
        return new UserProgram(main);
      }
      throw noMain(mainClass, null);
    } catch (NoSuchMethodException e) {
      throw noMain(mainClass, e);
    } catch (ClassNotFoundException e) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_CLASS,
          "There is no class %s in the program's jars; check --class and --jars"
              .formatted(mainClass),
          e);
    } catch (LinkageError e) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_CLASS,
          "The class %s cannot be loaded; add what it needs with --jars".formatted(mainClass),
          e);
    }
  }

  /** Runs the program on this thread; what it throws is thrown as it is. */
  public void run(String[] arguments) throws Exception {
    try {
      main.invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  private static MillraceException noMain(String mainClass, Throwable cause) {
    return new MillraceException(
        ErrorCode.NO_SUCH_CLASS,
        "The class %s has no public static void main(String[]); check --class".formatted(mainClass),
        cause);
  }
}
