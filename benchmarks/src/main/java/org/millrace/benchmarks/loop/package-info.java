/**
 * The jobs of the benchmark written by hand: {@code loop} as one would write them first, {@code
 * tuned-loop} on bytes. Kernels stand in small methods, so that the compiler does not inline them
 * into something large.
 */
package org.millrace.benchmarks.loop;
