package org.millrace.checkpoint.publish;

/**
 * What an output of a batch prepared, under names that nobody else uses, until the commit of the
 * batch decides on it. Immutable.
 */
public sealed interface PreparedOutput permits StagedOutput, StagedSink {
  /** What stands where, for people. */
  String description();
}
