/**
 * The scenarios as DStream programs on Spark, in local mode: one engine process of the benchmark.
 */
package org.millrace.benchmarks.spark;
