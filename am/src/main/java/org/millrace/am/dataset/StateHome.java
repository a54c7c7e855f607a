package org.millrace.am.dataset;

/**
 * Where the state of a partition is.
 *
 * @param executorId the only executor that has it
 * @param versionMs time of the last batch that was applied to it
 * @param lost whether that executor is gone
 */
public record StateHome(int executorId, long versionMs, boolean lost) {}
