package org.millrace.testkit.chaos;

/**
 * One fault, as the seed has it.
 *
 * @param which of the living processes of its kind: this number modulo how many there are
 * @param holdMs how long a paused process stays paused; how long a killed server stays dead
 */
record Fault(FaultKind kind, int which, long holdMs) {}
