/**
 * What every engine of the benchmark is given and has to answer, on the JDK and HdrHistogram alone.
 *
 * <p>An engine is a process: {@link EngineMain} parses its arguments into a {@link RunSpec}, lets
 * an {@link Engine} first answer a finite check run (the first {@link RunSpec#checkRecords()}
 * records of the seed, digested as {@link Scenario} says) and then a measured span ({@link
 * Measurement}), and prints one line {@code REPORT {json}} ({@link RunReport}). Exit codes: 0 a
 * report was printed, 3 the engine has no such scenario (a line {@code UNSUPPORTED why}), anything
 * else is a failure.
 */
package org.millrace.benchmarks.workload;
