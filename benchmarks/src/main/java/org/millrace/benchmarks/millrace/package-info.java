/** The jobs of the benchmark as programs of Millrace, in {@code local[n]}. */
package org.millrace.benchmarks.millrace;
