/**
 * Shuffle: pages of records from map tasks to reduce partitions, kept until the job ends, spilled
 * past the memory budget.
 */
package org.millrace.runner.shuffle;
