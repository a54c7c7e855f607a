package org.millrace.runner.state;

/** What a program sees of a value in a table. */
interface Shown {
  Object value(Object kept);
}
