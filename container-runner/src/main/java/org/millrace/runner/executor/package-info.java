/**
 * The executor process: its control loop, its link to the driver, its leases and the links to other
 * executors.
 */
package org.millrace.runner.executor;
