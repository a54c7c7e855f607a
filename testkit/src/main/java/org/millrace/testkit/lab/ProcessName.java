package org.millrace.testkit.lab;

/** One process of a lab: {@code nn, rm, dn1, dn2, ..., nm1, nm2, ...}; numbers start at 1. */
record ProcessName(Role role, int number) {
  ProcessName {
    if (number < 1 || (role.single() && number != 1)) {
      throw new IllegalArgumentException("no " + role.title() + " has number " + number);
    }
  }

  /** The short name that people type. */
  String text() {
    return role.single() ? role.prefix() : role.prefix() + number;
  }

  @Override
  public String toString() {
    return text();
  }
}
