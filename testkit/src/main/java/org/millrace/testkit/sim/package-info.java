/** A driver and its executors in one thread: machines, their network and their cluster manager. */
package org.millrace.testkit.sim;
