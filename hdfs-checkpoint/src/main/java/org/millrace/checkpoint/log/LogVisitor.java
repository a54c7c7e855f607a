package org.millrace.checkpoint.log;

/** Receives the events of a log in their order. */
@FunctionalInterface
public interface LogVisitor {

  void onEvent(long position, DriverEvent event);
}
