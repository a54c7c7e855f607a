/**
 * The scenarios as DataStream programs on Flink's mini cluster: one engine process of the
 * benchmark.
 */
package org.millrace.benchmarks.flink;
