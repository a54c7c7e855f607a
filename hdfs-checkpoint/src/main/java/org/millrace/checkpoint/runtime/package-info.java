/**
 * The ports to time, chance, threads and the end of the process; a simulation replaces them all.
 */
package org.millrace.checkpoint.runtime;
