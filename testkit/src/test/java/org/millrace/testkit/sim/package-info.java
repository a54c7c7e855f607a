/** A driver and its executors in one thread, with faults, from a seed. */
package org.millrace.testkit.sim;
