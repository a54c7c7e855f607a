/**
 * A durable log of numbered records over segment files, which a stalled file does not stop; the
 * event log and the block logs are built on it.
 */
package org.millrace.checkpoint.segment;
