package org.millrace.api.graph;

/** What a context does with an application that its checkpoint directory holds already. */
public enum Restart {
  /** Starts anew; what is there counts no more. */
  ANEW,
  /** Goes on with it; fails when it cannot be read. */
  RECOVER,
  /** Goes on with it; starts anew when it cannot be read. */
  RECOVER_IF_READABLE
}
