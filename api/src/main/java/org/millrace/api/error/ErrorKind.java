package org.millrace.api.error;

/** Who can do something about an error. */
public enum ErrorKind {
  /** The program, its configuration or its command line is wrong; the same input fails again. */
  USER,
  /** Millrace itself is wrong: a broken invariant. */
  INTERNAL,
  /** Something is used up: memory, queue capacity, disk. */
  RESOURCE,
  /** Something outside failed: a file system, a network, another process. */
  EXTERNAL
}
