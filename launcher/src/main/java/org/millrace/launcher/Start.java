package org.millrace.launcher;

import java.lang.reflect.InvocationTargetException;

/**
 * The first class of every process in a container: compiled for Java 8, so that an older Java than
 * the one we need gives a message instead of an UnsupportedClassVersionError.
 */
public final class Start {
  private static final int NEEDED = 17;
  private static final int WRONG_JAVA = 2;

  private Start() {}

  /** Calls the main method of the class that the first argument names. */
  public static void main(String[] arguments) throws Throwable {
    String version = System.getProperty("java.specification.version");
    if (!isNewEnough(version)) {
      System.err.println(tooOld(version, System.getProperty("java.home")));
      Runtime.getRuntime().halt(WRONG_JAVA);
    }
    String[] rest = new String[arguments.length - 1];
    System.arraycopy(arguments, 1, rest, 0, rest.length);
    try {
      Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Whether a version such as {@code 1.8} or {@code 21} is one that we run on. */
  static boolean isNewEnough(String version) {
    return !version.startsWith("1.") && Integer.parseInt(version) >= NEEDED;
  }

  static String tooOld(String version, String home) {
    return "Millrace needs Java "
        + NEEDED
        + " or later on every node, but "
        + home
        + " is Java "
        + version
        + "; submit with --java-home DIR (millrace.yarn.javaHome), DIR being a newer one there";
  }
}
