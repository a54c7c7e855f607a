package org.millrace.am.web;

/** The version of this software, as its jar says it. */
final class Version {
  private static final String TEXT = read();

  private Version() {}

  /** Such as {@code 0.1.0}; {@code development} for classes that come from no jar. */
  static String text() {
    return TEXT;
  }

  private static String read() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
