package org.millrace.runner.task;

import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.shuffle.ShuffleStore;
import org.millrace.runner.state.StateStore;
import org.millrace.runner.store.PartitionStore;

/**
 * What every task of an executor uses. Immutable.
 *
 * @param attempt of the driver that gives the tasks; 0 for the first one that this executor served
 */
record TaskServices(
    long attempt,
    DriverBoundLinks links,
    TaskEnvironment environment,
    RecordCodec codec,
    ShuffleStore shuffles,
    PartitionStore store,
    StateStore states,
    TaskReports reports) {}
