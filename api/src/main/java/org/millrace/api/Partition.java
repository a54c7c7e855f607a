package org.millrace.api;

import java.io.Serializable;

/**
 * One partition of a dataset.
 *
 * @param index its place among the partitions of the dataset, from 0
 */
public record Partition(int index) implements Serializable {}
