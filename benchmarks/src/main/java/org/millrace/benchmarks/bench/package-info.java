/**
 * {@code millrace bench}: runs engines as processes, in turn, on the same input, checks what they
 * answer, and writes tables and pages of it.
 */
package org.millrace.benchmarks.bench;
