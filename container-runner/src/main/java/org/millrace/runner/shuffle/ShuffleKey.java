package org.millrace.runner.shuffle;

/** A shuffle in one placement of a job. */
public record ShuffleKey(long jobId, int placementVersion, int shuffleId) {}
