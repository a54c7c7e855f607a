package org.millrace.api.graph;

import java.lang.StackWalker.StackFrame;

/** Finds the place in the program that called into the API. */
public final class CallSite {
  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final String API_PACKAGES = "org.millrace.api.";

  private CallSite() {}

  /**
   * File and line of the innermost frame that belongs neither to the API nor to the JDK: {@code
   * "WordCount.java:31"}; {@code "unknown"} when there is none.
   */
  public static String here() {
    return WALKER.walk(
        frames ->
            frames.filter(CallSite::isProgram).findFirst().map(CallSite::place).orElse("unknown"));
  }

  private static boolean isProgram(StackFrame frame) {
    String name = frame.getClassName();
    return !name.startsWith(API_PACKAGES)
        && !name.startsWith("java.")
        && !name.startsWith("jdk.internal.");
  }

  private static String place(StackFrame frame) {
    String file = frame.getFileName();
    return file == null ? frame.getClassName() : file + ":" + frame.getLineNumber();
  }
}
