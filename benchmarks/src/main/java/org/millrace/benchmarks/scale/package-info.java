/**
 * The driver of an application that is larger than any machine here, against simulated executors.
 */
package org.millrace.benchmarks.scale;
